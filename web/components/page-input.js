// Pictures dropped anywhere on the page or pasted into it.
import { emit } from "../events.js";
import { part } from "./markup.js";

/** @import { State } from "../types.js" */

const NO_FILE_DROPPED = "That was not a file. Drop a picture from your computer.";
const NO_PICTURE_PASTED = "There is no picture in the clipboard. Copy one and paste again.";

/**
 * Accepts drops and pastes; it emits pictures-add and folder-drop.
 * @param {HTMLElement} root
 */
export function mountPageInput(root) {
  const overlay = part(root, "drop-overlay");
  const words = part(overlay, "drop-words");
  // A picture of this page that is dragged out of it must not be uploaded when it is let go here.
  let isOwn = false;

  /** @type {(transfer: DataTransfer | null, otherwise: string) => void} */
  function accept(transfer, otherwise) {
    if (isOwn || document.querySelector("dialog[open]")) return;
    const { files, folders } = contentsOf(transfer);
    if (files.length) emit(root, "pictures-add", { files });
    if (folders.length) emit(root, "folder-drop", { entries: folders });
    if (!files.length && !folders.length) emit(root, "page-say", { sentence: otherwise, shown: true });
  }

  window.addEventListener("dragstart", () => (isOwn = true));
  window.addEventListener("dragend", () => (isOwn = false));
  window.addEventListener("dragenter", (event) => {
    overlay.hidden = isOwn || !carriesFiles(event) || document.querySelector("dialog[open]") !== null;
  });
  // The browser would otherwise replace the page by the dropped file.
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("dragleave", (event) => {
    // Moving between elements has a related target, leaving the window has none.
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    overlay.hidden = true;
    accept(event.dataTransfer, NO_FILE_DROPPED);
  });
  window.addEventListener("paste", (event) => {
    // Pasted text belongs to the text field with the focus.
    if (!event.clipboardData?.files.length && isTyping()) return;
    event.preventDefault();
    accept(event.clipboardData, NO_PICTURE_PASTED);
  });

  return {
    /** @param {State} state */
    render({ toRemove }) {
      words.textContent = toRemove === "background" ? "Drop to remove the background" : "Drop to remove the subject";
    },
  };
}

/** Entries are readable only while the event is handled. @type {(transfer: DataTransfer | null) => { files: File[], folders: FileSystemEntry[] }} */
function contentsOf(transfer) {
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.() ?? null);
  const folders = entries.filter((entry) => entry?.isDirectory);
  if (folders.length === 0) return { files: [...(transfer?.files ?? [])], folders: [] };
  const items = [...(transfer?.items ?? [])];
  const files = items.flatMap((item, position) => (entries[position]?.isDirectory ? [] : (item.getAsFile() ?? [])));
  return { files, folders: folders.flatMap((entry) => entry ?? []) };
}

/** @type {(event: DragEvent) => boolean} */
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/** Tells whether the focus is in a text field. */
export const isTyping = () =>
  document.activeElement?.matches("input:not([type='range'], [type='color'], [type='checkbox'], [type='radio']), textarea") ?? false;
