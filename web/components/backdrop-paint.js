// Paints a backdrop behind an element's content.
/** @import { Backdrop } from "../types.js" */

/**
 * Makes the painter of one element.
 * @param {HTMLElement} target
 * @returns {(backdrop: Backdrop) => void}
 */
export function paintBackdrop(target) {
  /** @type {Backdrop | null} */
  let painted = null;
  let address = "";
  return (backdrop) => {
    if (backdrop === painted) return;
    painted = backdrop;
    // A blob address keeps the whole picture in memory until it is revoked.
    if (address) URL.revokeObjectURL(address);
    address = "picture" in backdrop ? URL.createObjectURL(backdrop.picture) : "";
    target.classList.toggle("is-checkered", backdrop.kind === "transparent");
    target.style.backgroundColor = backdrop.kind === "color" ? backdrop.color : "";
    target.style.backgroundImage = address ? `url("${address}")` : gradientOf(backdrop);
  };
}

/** @type {(backdrop: Backdrop) => string} */
const gradientOf = (backdrop) =>
  backdrop.kind === "gradient" ? `linear-gradient(${backdrop.from}, ${backdrop.to})` : "";
