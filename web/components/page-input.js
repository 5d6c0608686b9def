// Pictures from anywhere on the page: dropped onto it, or pasted.
import { emit } from "../events.js";
import { part } from "./markup.js";

const NO_FILE_DROPPED = "That was not a file. Drop a picture from your computer.";
const NO_PICTURE_PASTED = "There is no picture in the clipboard. Copy one and paste again.";

/**
 * Takes files that are dropped on the page or pasted into it; it emits pictures-drop.
 * @param {HTMLElement} root
 */
export function mountPageInput(root) {
  const overlay = part(root, "drop-overlay");

  /** @type {(files: FileList | undefined, otherwise: string) => void} */
  function take(files, otherwise) {
    if (document.querySelector("dialog[open]")) return;
    if (files?.length) emit(root, "pictures-drop", { files: [...files] });
    else emit(root, "page-say", { sentence: otherwise, shown: true });
  }

  window.addEventListener("dragenter", (event) => {
    overlay.hidden = !carriesFiles(event) || document.querySelector("dialog[open]") !== null;
  });
  // Without this a file that is dropped would replace the page.
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("dragleave", (event) => {
    // Entering another element leaves the last one: only leaving the window has no next one.
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    overlay.hidden = true;
    take(event.dataTransfer?.files, NO_FILE_DROPPED);
  });
  window.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    // Text goes where it is being typed.
    if (!files?.length && isTyping()) return;
    event.preventDefault();
    take(files, NO_PICTURE_PASTED);
  });
}

/** @type {(event: DragEvent) => boolean} */
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Tells whether the focus is where text goes. */
export const isTyping = () =>
  document.activeElement?.matches("input:not([type='range'], [type='color']), textarea") ?? false;
