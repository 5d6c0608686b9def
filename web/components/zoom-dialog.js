// A cut-out at its actual size: scrolled, dragged, enlarged.
import { shownName } from "../core/records.js";
import { paintBackdrop } from "./backdrop-paint.js";
import { part, showText } from "./markup.js";

/** @import { Entry } from "../types.js" */

const STEP = 1.5;
const LARGEST = 8;
const SMALLEST = 0.05;

/**
 * Wires the dialog.
 * @param {HTMLElement} root
 */
export function mountZoomDialog(root) {
  const dialog = part(root, "zoom-dialog", HTMLDialogElement);
  const view = part(dialog, "zoom-view");
  const image = part(dialog, "zoom-image", HTMLImageElement);
  const percent = part(dialog, "zoom-percent");
  const state = part(dialog, "zoom-state");
  const paint = paintBackdrop(image);
  let scale = 1;
  let openings = 0;

  /** Keeps the middle of the view in place. @param {number} next */
  function zoomTo(next) {
    const bounded = Math.max(SMALLEST, Math.min(LARGEST, next));
    const change = bounded / scale;
    const x = (view.scrollLeft + view.clientWidth / 2) * change - view.clientWidth / 2;
    const y = (view.scrollTop + view.clientHeight / 2) * change - view.clientHeight / 2;
    scale = bounded;
    image.style.inlineSize = `${image.naturalWidth * scale}px`;
    percent.textContent = `${Math.round(scale * 100)}%`;
    view.scrollTo(x, y);
  }

  const fit = () =>
    Math.min(1, view.clientWidth / image.naturalWidth, view.clientHeight / image.naturalHeight);

  /** @type {Record<string, () => void>} */
  const acts = {
    "zoom-in": () => zoomTo(scale * STEP),
    "zoom-out": () => zoomTo(scale / STEP),
    "zoom-actual": () => zoomTo(1),
    "zoom-fit": () => zoomTo(fit()),
    "zoom-close": () => dialog.close(),
  };
  /** @type {Record<string, string>} */
  const keys = { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 1: "zoom-actual", 0: "zoom-fit" };

  for (const [name, act] of Object.entries(acts)) {
    part(dialog, name, HTMLButtonElement).addEventListener("click", act);
  }
  dialog.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) acts[keys[event.key] ?? ""]?.();
  });
  dialog.addEventListener("close", () => {
    URL.revokeObjectURL(image.src);
    image.hidden = true;
    image.removeAttribute("src");
  });
  image.addEventListener("load", () => {
    image.hidden = false;
    showText(state, "");
    zoomTo(1);
    view.scrollTo((view.scrollWidth - view.clientWidth) / 2, (view.scrollHeight - view.clientHeight) / 2);
  });
  letDrag(view);

  return {
    /** @param {Entry} entry */
    open(entry) {
      part(dialog, "zoom-title").textContent = shownName(entry);
      image.alt = `Cut-out of ${shownName(entry)} at full size`;
      image.hidden = true;
      percent.textContent = "";
      showText(state, "Loading the full size…");
      paint(entry.backdrop);
      dialog.showModal();
      view.focus();
      openings += 1;
      return openings;
    },
    /** Shows the picture if the dialog is still open for it. @type {(opening: number, picture: Blob) => void} */
    show(opening, picture) {
      if (dialog.open && opening === openings) image.src = URL.createObjectURL(picture);
    },
    /** @type {(opening: number, sentence: string) => void} */
    fail(opening, sentence) {
      if (opening === openings) showText(state, sentence);
    },
  };
}

/** Moves a view under the pointer that drags it; a finger does so by itself. @param {HTMLElement} view */
function letDrag(view) {
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (view.hasPointerCapture(event.pointerId)) view.scrollBy(-event.movementX, -event.movementY);
  });
}
