// What a cut-out stands on: nothing, white, black, any colour, or another picture.
import { choiceOf } from "../core/backdrop.js";
import { TRANSPARENT } from "../core/records.js";
import { emit } from "../events.js";
import { part } from "./markup.js";

/** @import { Backdrop, Entry } from "../types.js" */

/** @type {Record<string, Backdrop>} */
const FIXED = {
  transparent: TRANSPARENT,
  white: { kind: "color", color: "#ffffff" },
  black: { kind: "color", color: "#000000" },
};

/**
 * Wires the picker in a record's card; it emits record-backdrop and record-backdrop-ask.
 * @param {HTMLElement} card
 * @param {string} id
 */
export function mountBackdropPicker(card, id) {
  const group = part(card, "backdrop");
  const color = part(group, "color", HTMLInputElement);
  const swatches = [...group.querySelectorAll("[data-choice]")];

  group.addEventListener("click", (event) => {
    const swatch = event.target instanceof Element && event.target.closest("button[data-choice]");
    if (!swatch) return;
    const choice = swatch.getAttribute("data-choice") ?? "";
    const backdrop = FIXED[choice];
    if (backdrop) emit(group, "record-backdrop", { id, backdrop });
    else emit(group, "record-backdrop-ask", { id });
  });
  for (const type of ["input", "click"]) {
    color.addEventListener(type, () => {
      emit(group, "record-backdrop", { id, backdrop: { kind: "color", color: color.value } });
    });
  }

  return {
    /** @param {Entry} entry */
    render({ backdrop }) {
      const chosen = choiceOf(backdrop);
      for (const swatch of swatches) {
        const on = swatch.getAttribute("data-choice") === chosen;
        swatch.classList.toggle("is-chosen", on);
        if (swatch instanceof HTMLButtonElement) swatch.setAttribute("aria-pressed", String(on));
      }
    },
  };
}
