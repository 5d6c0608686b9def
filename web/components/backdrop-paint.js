// Puts a backdrop behind an element's content: the checkerboard, a colour or a picture.
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
    address = backdrop.kind === "picture" ? URL.createObjectURL(backdrop.picture) : "";
    target.classList.toggle("is-checkered", backdrop.kind === "transparent");
    target.style.backgroundColor = backdrop.kind === "color" ? backdrop.color : "";
    target.style.backgroundImage = address ? `url("${address}")` : "";
  };
}
