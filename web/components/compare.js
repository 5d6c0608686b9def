// The original over its cut-out, uncovered by a slider.
import { downloadAddress, imageAddress } from "../api.js";
import { shownName } from "../core/records.js";
import { fileName } from "../core/file-names.js";
import { paintBackdrop } from "./backdrop-paint.js";
import { letDragOut } from "./drag-out.js";
import { part } from "./markup.js";

/** @import { Entry, ImageRecord } from "../types.js" */

const WAKERS = /** @type {const} */ (["pointerenter", "pointerdown", "focusin"]);

/**
 * Wires the slider in a record's card.
 * @param {HTMLElement} card
 * @param {Entry} first
 */
export function mountCompare(card, first) {
  const stage = part(card, "compare");
  const range = part(stage, "compare-range", HTMLInputElement);
  const cutOut = part(stage, "cut-out", HTMLImageElement);
  const original = part(stage, "original", HTMLImageElement);
  const missing = part(stage, "missing");
  const paint = paintBackdrop(stage);
  const { record, file } = first;
  let shown = "";
  let name = "";

  /** @param {number} value */
  function show(value) {
    range.value = String(value);
    stage.style.setProperty("--split", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value}% of the original`);
    stage.classList.toggle("is-split", value > 0);
  }

  // Originals are large, so they are fetched only when somebody is about to look at them.
  function wake() {
    for (const type of WAKERS) stage.removeEventListener(type, wake);
    original.src = file ? URL.createObjectURL(file) : imageAddress(record.original_url);
  }

  /** @param {ImageRecord} record */
  function showRevision(record) {
    if (record.preview_url === shown) return;
    shown = record.preview_url;
    cutOut.src = imageAddress(record.preview_url);
    part(card, "download", HTMLAnchorElement).href = downloadAddress(record.processed_url);
    part(card, "download-original", HTMLAnchorElement).href = downloadAddress(record.original_url);
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    const { left, width } = stage.getBoundingClientRect();
    show(Math.max(0, Math.min(100, Math.round(((event.clientX - left) / width) * 100))));
  }

  for (const type of WAKERS) stage.addEventListener(type, wake);
  range.addEventListener("input", () => show(range.valueAsNumber));
  // Some touch screens move a range by its thumb alone; here a finger may start anywhere.
  range.addEventListener("pointerdown", (event) => {
    range.setPointerCapture(event.pointerId);
    follow(event);
  });
  range.addEventListener("pointermove", (event) => {
    if (range.hasPointerCapture(event.pointerId)) follow(event);
  });
  original.addEventListener("load", () => {
    if (file) URL.revokeObjectURL(original.src);
    original.hidden = false;
  });
  original.addEventListener("error", () => {
    missing.hidden = false;
  });
  watchCutOut(stage, cutOut, first);
  letDragOut(part(card, "download", HTMLAnchorElement), () => ({ name: fileName(name, ".png"), type: "image/png" }));
  show(0);

  return {
    /** @param {Entry} entry */
    render(entry) {
      name = shownName(entry);
      showRevision(entry.record);
      cutOut.alt = `Cut-out of ${name}`;
      original.alt = `Original of ${name}`;
      range.setAttribute("aria-label", `Compare original and cut-out of ${name}`);
      paint(entry.backdrop);
    },
  };
}

/** @type {(stage: HTMLElement, image: HTMLImageElement, entry: Entry) => void} */
function watchCutOut(stage, image, { record: { width, height }, file }) {
  if (width && height) shape(stage, width, height);
  image.addEventListener("load", () => {
    // Records of the original application have no dimensions.
    if (!width || !height) shape(stage, image.naturalWidth, image.naturalHeight);
    stage.classList.remove("is-loading");
  });
  image.addEventListener("error", () => stage.classList.replace("is-loading", "is-missing"));
  stage.classList.toggle("is-fresh", file !== null);
}

/** @type {(stage: HTMLElement, width: number, height: number) => void} */
function shape(stage, width, height) {
  stage.style.setProperty("--ratio", String(width / height));
}
