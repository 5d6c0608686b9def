// The editor's dialog: its tools, its keys, and the question before changes are lost.
import { followPointers } from "../editor/pointer.js";
import { shownName } from "../core/records.js";
import { isTyping } from "./page-input.js";
import { part, setOff, showText } from "./markup.js";

/** @import { Entry } from "../types.js" */
/** @import { Surface } from "../editor/surface.js" */

const ZOOM_STEP = 1.5;
const PAN_STEP = 64; // pixels
const SIZE_STEP = 1.2;
const SOFTNESS_STEP = 10; // percent

/**
 * Wires the dialog.
 * @param {HTMLElement} root
 * @param {object} uses
 * @param {(surface: Surface) => void} uses.onSave
 * @param {() => void} uses.onClose
 */
export function mountEditorDialog(root, { onSave, onClose }) {
  const dialog = part(root, "editor-dialog", HTMLDialogElement);
  const state = part(dialog, "editor-state");
  const percent = part(dialog, "editor-percent");
  const save = part(dialog, "editor-save", HTMLButtonElement);
  const ask = part(dialog, "editor-ask");
  const hint = part(dialog, "editor-hint");
  const bar = part(dialog, "editor-bar");
  const circle = part(dialog, "editor-brush");
  const size = part(dialog, "editor-size", HTMLInputElement);
  const softness = part(dialog, "editor-softness", HTMLInputElement);
  const erase = part(dialog, "editor-erase", HTMLButtonElement);
  const restore = part(dialog, "editor-restore", HTMLButtonElement);
  const smart = part(dialog, "editor-smart", HTMLButtonElement);
  const original = part(dialog, "editor-original", HTMLButtonElement);
  let canvas = part(dialog, "editor-canvas", HTMLCanvasElement);
  /** @type {Surface | null} */
  let surface = null;
  /** @type {ResizeObserver | null} */
  let observer = null;
  let isSaving = false;
  let holdsSpace = false;
  let isOver = false;

  /** @type {(button: HTMLElement) => boolean} */
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";
  /** @type {(button: HTMLElement, on: boolean) => void} */
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));

  /** @param {boolean} erases */
  function choose(erases) {
    press(erase, erases);
    press(restore, !erases);
    showHint();
  }

  /** Says what a stroke does, until one was drawn. */
  function showHint() {
    const isNew = surface && !surface.matte.history.isChanged();
    showText(hint, !isNew ? "" : isOn(erase) ? "Paint over what should go." : "Paint over what should come back.");
  }

  /** @type {(input: HTMLInputElement, value: number) => void} */
  function set(input, value) {
    input.value = String(value);
    circle.style.inlineSize = circle.style.blockSize = `${size.value}px`;
  }

  /** @type {Record<string, () => void>} */
  const actions = {
    "editor-erase": () => choose(true),
    "editor-restore": () => choose(false),
    "editor-smart": () => press(smart, !isOn(smart)),
    "editor-undo": () => surface?.change("undo"),
    "editor-redo": () => surface?.change("redo"),
    "editor-reset": () => surface?.change("startOver"),
    "editor-out": () => zoom((view) => view.zoomBy(1 / ZOOM_STEP)),
    "editor-in": () => zoom((view) => view.zoomBy(ZOOM_STEP)),
    "editor-fit": () => zoom((view) => view.fit()),
    "editor-actual": () => zoom((view) => view.zoomActual()),
    "editor-smaller": () => set(size, Math.min(size.valueAsNumber / SIZE_STEP, size.valueAsNumber - 1)),
    "editor-larger": () => set(size, Math.max(size.valueAsNumber * SIZE_STEP, size.valueAsNumber + 1)),
    "editor-harder": () => set(softness, softness.valueAsNumber - SOFTNESS_STEP),
    "editor-softer": () => set(softness, softness.valueAsNumber + SOFTNESS_STEP),
    "editor-save": saveChanges,
    "editor-cancel": cancel,
    "editor-keep": keepEditing,
    "editor-discard": () => dialog.close(),
  };
  /** @type {Record<string, string>} */
  const keys = {
    e: "editor-erase",
    r: "editor-restore",
    s: "editor-smart",
    "[": "editor-smaller",
    "]": "editor-larger",
    "{": "editor-harder",
    "}": "editor-softer",
    "+": "editor-in",
    "=": "editor-in",
    "-": "editor-out",
    0: "editor-fit",
    1: "editor-actual",
  };
  /** @type {Record<string, string>} */
  const commands = { z: "editor-undo", "shift+z": "editor-redo", y: "editor-redo", s: "editor-save" };
  /** @type {Record<string, [number, number]>} */
  const arrows = {
    ArrowLeft: [PAN_STEP, 0],
    ArrowRight: [-PAN_STEP, 0],
    ArrowUp: [0, PAN_STEP],
    ArrowDown: [0, -PAN_STEP],
  };

  /** @param {(view: Surface["view"]) => void} change */
  function zoom(change) {
    if (!surface) return;
    change(surface.view);
    surface.redraw();
  }

  function saveChanges() {
    if (!surface || isSaving) return;
    surface.settle();
    if (!surface.matte.history.isChanged()) return dialog.close();
    onSave(surface);
  }

  function cancel() {
    surface?.settle();
    if (isSaving || !surface?.matte.history.isChanged()) return dialog.close();
    ask.hidden = false;
    bar.inert = true;
    part(ask, "editor-keep", HTMLButtonElement).focus();
  }

  function keepEditing() {
    ask.hidden = true;
    bar.inert = false;
    canvas.focus();
  }

  function escape() {
    if (ask.hidden) cancel();
    else keepEditing();
  }

  /** @param {KeyboardEvent} event */
  function shortcut(event) {
    // A second Escape closes a dialog even if its cancel event is prevented, so handle the key here.
    if (event.key === "Escape") {
      event.preventDefault();
      return escape();
    }
    if (isTyping()) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const command = `${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
    const name = isCommand ? commands[command] : keys[event.key];
    const arrow = event.target === canvas ? arrows[event.key] : undefined;
    if (name) actions[name]?.();
    else if (arrow) zoom((view) => view.pan(...arrow));
    // With the mouse over the picture space moves it, wherever the focus is.
    else if (event.key === " " && (event.target === canvas || isOver)) holdsSpace = true;
    else return;
    event.preventDefault();
  }

  /** @param {boolean} shown */
  function showOriginal(shown) {
    press(original, shown);
    zoom((view) => view.showOriginal(shown));
  }

  /** Shows the original for as long as the button or its key is held. */
  function wireOriginal() {
    original.addEventListener("pointerdown", (event) => {
      original.setPointerCapture(event.pointerId);
      showOriginal(true);
    });
    original.addEventListener("keydown", (event) => {
      if ((event.key === " " || event.key === "Enter") && !event.repeat) showOriginal(true);
    });
    for (const type of ["pointerup", "pointercancel", "keyup", "blur"]) {
      original.addEventListener(type, () => isOn(original) && showOriginal(false));
    }
  }

  function showTools() {
    const { history } = surface?.matte ?? {};
    setOff(part(bar, "editor-undo"), !history?.canUndo());
    setOff(part(bar, "editor-redo"), !history?.canRedo());
    setOff(part(bar, "editor-reset"), !history?.isChanged());
    setOff(save, isSaving || !surface);
    showHint();
    percent.textContent = surface ? `${Math.round(surface.view.scale() * 100)}%` : "";
  }

  /** @param {{ x: number, y: number } | null} at */
  function moveCircle(at) {
    isOver = at !== null;
    circle.hidden = !at || holdsSpace;
    if (at) circle.style.translate = `calc(${at.x}px - 50%) calc(${at.y}px - 50%)`;
  }

  /** Everything that one opening leaves behind goes with it, listeners of its canvas too. */
  function clear() {
    observer?.disconnect();
    surface?.close();
    surface = null;
    const fresh = /** @type {HTMLCanvasElement} */ (canvas.cloneNode());
    canvas.replaceWith(fresh);
    canvas = fresh;
    circle.hidden = ask.hidden = true;
    bar.inert = isSaving = isOver = false;
  }

  for (const [name, act] of Object.entries(actions)) {
    dialog.querySelector(`[data-part="${name}"]`)?.addEventListener("click", act);
  }
  size.addEventListener("input", () => set(size, size.valueAsNumber));
  wireOriginal();
  dialog.addEventListener("keydown", shortcut);
  dialog.addEventListener("keyup", (event) => {
    if (event.key !== " ") return;
    // A button that has the focus would be pressed by the key's release.
    if (holdsSpace) event.preventDefault();
    holdsSpace = false;
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    escape();
  });
  dialog.addEventListener("close", () => {
    clear();
    onClose();
  });
  window.addEventListener("beforeunload", (event) => {
    if (surface?.matte.history.isChanged()) event.preventDefault();
  });

  return {
    /** @param {Entry} entry */
    open(entry) {
      part(dialog, "editor-title").textContent = `Touch up ${shownName(entry)}`;
      showText(state, "Loading the full size…");
      set(size, size.valueAsNumber);
      showTools();
      dialog.showModal();
    },
    isOpen: () => dialog.open,
    /** The canvas of this opening. */
    canvas: () => canvas,
    showTools,
    /** Lets the picture be edited. @param {Surface} made */
    edit(made) {
      surface = made;
      showText(state, "");
      observer = new ResizeObserver(() => made.resize());
      observer.observe(canvas);
      followPointers(canvas, made, {
        brush: () => ({
          target: isOn(erase) ? 0 : 255,
          radius: size.valueAsNumber / 2,
          softness: softness.valueAsNumber / 100,
          isSmart: isOn(smart),
        }),
        pans: () => holdsSpace,
        onHover: moveCircle,
      });
      canvas.focus();
    },
    /** Says how it stands; while saving, nothing can be lost by leaving. @type {(sentence: string, saving?: boolean) => void} */
    tell(sentence, saving = false) {
      isSaving = saving;
      showText(state, sentence);
      showTools();
    },
    close: () => dialog.close(),
  };
}
