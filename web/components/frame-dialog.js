// The dialog that frames a picture: canvas, backdrop, shadow and format, all seen before they are saved.
import { choiceOf, formatOf } from "../core/backdrop.js";
import { canvasOf, scaleOf } from "../core/framing.js";
import { UNFRAMED, shownName } from "../core/records.js";
import { emit } from "../events.js";
import { letDragOut } from "./drag-out.js";
import { part, setOff, showText } from "./markup.js";

/** @import { Backdrop, Entry, Framing, Look } from "../types.js" */

const SCALE_STEP = 1.1;
const MOVE_STEP = 0.01; // of the canvas
const FAR = 10; // steps with shift
const LARGEST_SCALE = 4;
const SMALLEST_SCALE = 0.1;

/** @type {Record<string, Backdrop>} */
const FIXED = {
  transparent: { kind: "transparent" },
  white: { kind: "color", color: "#ffffff" },
  black: { kind: "color", color: "#000000" },
};

/**
 * Wires the dialog; it emits record-look, the record-backdrop events and look-for-all.
 * @param {HTMLElement} root
 * @param {object} uses
 * @param {() => void} uses.onResize the place of the preview changed
 * @param {() => void} uses.onClose
 */
export function mountFrameDialog(root, { onResize, onClose }) {
  const dialog = part(root, "frame-dialog", HTMLDialogElement);
  const view = part(dialog, "frame-view");
  const canvas = part(dialog, "frame-canvas", HTMLCanvasElement);
  const save = part(dialog, "frame-save", HTMLAnchorElement);
  const inputs = Object.fromEntries(
    ["margin", "scale", "width", "height", "quality", "color", "from", "to", "shadow"].map((name) => [
      name,
      part(dialog, `frame-${name}`, HTMLInputElement),
    ]),
  );
  const format = part(dialog, "frame-format", HTMLSelectElement);
  /** @type {Entry | null} */
  let shown = null;
  let type = "";

  /** @type {(name: string) => HTMLInputElement} */
  const input = (name) => /** @type {HTMLInputElement} */ (inputs[name]);
  /** @type {() => string} */
  const id = () => shown?.record.record_id ?? "";
  /** @param {Partial<Look>} look */
  const change = (look) => emit(dialog, "record-look", { id: id(), look });
  /** @param {Partial<Framing>} framing */
  const reframe = (framing) => shown && change({ framing: { ...shown.look.framing, ...framing } });
  /** @param {Backdrop} backdrop */
  const stand = (backdrop) => emit(dialog, "record-backdrop", { id: id(), backdrop });
  /** @param {number} scale */
  const rescale = (scale) => reframe({ scale: Math.max(SMALLEST_SCALE, Math.min(LARGEST_SCALE, scale)) });

  /** @param {string} kind */
  function chooseCanvas(kind) {
    const chosen = canvasOf(kind);
    const { width, height } = shown?.look.framing ?? UNFRAMED;
    reframe({ ...UNFRAMED, canvas: chosen, width, height });
    if (chosen === "marketplace") stand({ kind: "color", color: "#ffffff" });
  }

  /** @param {string} choice */
  function chooseBackdrop(choice) {
    const fixed = FIXED[choice];
    if (fixed) stand(fixed);
    else if (choice === "gradient") stand({ kind: "gradient", from: input("from").value, to: input("to").value });
    else if (choice === "blur") emit(dialog, "record-backdrop-blur", { id: id() });
    else if (choice === "picture") emit(dialog, "record-backdrop-ask", { id: id() });
  }

  dialog.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.canvas) chooseCanvas(button.dataset.canvas);
    if (button?.dataset.choice) chooseBackdrop(button.dataset.choice);
  });
  input("margin").addEventListener("input", () => reframe({ margin: input("margin").valueAsNumber / 100 }));
  input("scale").addEventListener("input", () => rescale(input("scale").valueAsNumber / 100));
  for (const name of ["width", "height"]) {
    input(name).addEventListener("change", () => reframe({ [name]: input(name).valueAsNumber || 1080 }));
  }
  for (const type of ["input", "click"]) {
    input("color").addEventListener(type, () => stand({ kind: "color", color: input("color").value }));
  }
  for (const name of ["from", "to"]) input(name).addEventListener("input", () => chooseBackdrop("gradient"));
  input("shadow").addEventListener("change", () => change({ shadow: input("shadow").checked }));
  input("quality").addEventListener("input", () => change({ quality: input("quality").valueAsNumber / 100 }));
  format.addEventListener("change", () => change({ format: formatOf(format.value) }));
  part(dialog, "frame-centre").addEventListener("click", () => reframe({ x: 0.5, y: 0.5, scale: null, isMoved: false }));
  part(dialog, "frame-all").addEventListener("click", () => emit(dialog, "look-for-all", { id: id() }));
  part(dialog, "frame-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    save.removeAttribute("href");
    onClose();
  });
  new ResizeObserver(() => dialog.open && onResize()).observe(view);
  letDragOut(save, () => ({ name: save.download, type }));
  wireDrag();

  /** @type {(x: number, y: number) => void} */
  function move(x, y) {
    if (!shown || shown.look.framing.canvas === "crop") return;
    const { x: fromX, y: fromY } = shown.look.framing;
    reframe({ x: fromX + x, y: fromY + y, isMoved: true });
  }

  /** The subject is dragged, moved by the arrow keys, and scaled by wheel, plus and minus. */
  function wireDrag() {
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      move(event.movementX / canvas.clientWidth, event.movementY / canvas.clientHeight);
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (shown && shown.look.framing.canvas !== "crop") rescale(scaleOf(shown.look.framing) * Math.exp(-event.deltaY * 0.001));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const step = MOVE_STEP * (event.shiftKey ? FAR : 1);
      /** @type {Record<string, () => void>} */
      const keys = {
        ArrowLeft: () => move(-step, 0),
        ArrowRight: () => move(step, 0),
        ArrowUp: () => move(0, -step),
        ArrowDown: () => move(0, step),
        "+": () => shown && rescale(scaleOf(shown.look.framing) * SCALE_STEP),
        "-": () => shown && rescale(scaleOf(shown.look.framing) / SCALE_STEP),
      };
      const act = keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  /** @type {(framing: Framing) => void} */
  function showFraming(framing) {
    for (const button of dialog.querySelectorAll("[data-canvas]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-canvas") === framing.canvas));
    }
    showText(part(dialog, "frame-about"), dialog.querySelector(`[data-canvas="${framing.canvas}"]`)?.getAttribute("title") ?? "");
    const crops = framing.canvas === "crop";
    part(dialog, "frame-margin-field").hidden = !crops;
    part(dialog, "frame-scale-field").hidden = crops;
    part(dialog, "frame-free").hidden = framing.canvas !== "free";
    input("margin").value = String(framing.margin * 100);
    input("scale").value = String(Math.round(scaleOf(framing) * 100));
    input("width").value = String(framing.width);
    input("height").value = String(framing.height);
  }

  /** @type {(backdrop: Backdrop) => void} */
  function showBackdrop(backdrop) {
    const chosen = choiceOf(backdrop);
    for (const swatch of dialog.querySelectorAll("[data-choice]")) {
      swatch.classList.toggle("is-chosen", swatch.getAttribute("data-choice") === chosen);
      if (swatch instanceof HTMLButtonElement) swatch.setAttribute("aria-pressed", String(swatch.dataset.choice === chosen));
    }
    part(dialog, "frame-gradient").hidden = backdrop.kind !== "gradient";
    canvas.classList.toggle("is-checkered", backdrop.kind === "transparent");
  }

  return {
    canvas,
    view,
    /** @param {Entry} entry */
    open(entry) {
      part(dialog, "frame-title").textContent = `Frame ${shownName(entry)}`;
      dialog.showModal();
      canvas.focus();
    },
    /** @param {Entry} entry */
    render(entry) {
      shown = entry;
      const { framing, shadow, quality } = entry.look;
      showFraming(framing);
      showBackdrop(entry.backdrop);
      input("shadow").checked = shadow;
      format.value = entry.look.format;
      input("quality").value = String(Math.round(quality * 100));
      part(dialog, "frame-quality-field").hidden = entry.look.format === "png";
      showText(part(dialog, "frame-problem"), entry.problem);
    },
    /** @param {string} sentence */
    tell: (sentence) => showText(part(dialog, "frame-state"), sentence),
    /** What "Download" saves, or nothing while it is being made. @type {(file: { address: string, name: string, type: string } | null, words: string) => void} */
    offer(file, words) {
      part(dialog, "frame-size").textContent = words;
      setOff(save, !file);
      if (!file) return save.removeAttribute("href");
      save.href = file.address;
      save.download = file.name;
      type = file.type;
    },
  };
}
