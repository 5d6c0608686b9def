// Messages of the page: short ones at its foot, some with an undo button, and texts for screen readers.
import { emit } from "../events.js";
import { copyTemplate, part } from "./markup.js";

const NOTE_STAYS = 8000; // milliseconds
const SILENCE = 50;

/**
 * Wires the toasts; they emit toast-undo, and toast-hold while the pointer or the focus is on them.
 * @param {HTMLElement} root
 */
export function mountToasts(root) {
  const list = part(root, "toasts");
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  let hovered = false;

  function tellHeld() {
    // A click leaves the focus behind without anybody dwelling there: only a visible focus holds.
    const focused = list.querySelector(":focus-visible") !== null;
    emit(list, "toast-hold", { held: hovered || focused });
  }

  list.addEventListener("pointerenter", (event) => {
    hovered = event.pointerType === "mouse";
    tellHeld();
  });
  list.addEventListener("pointerleave", () => {
    hovered = false;
    tellHeld();
  });
  list.addEventListener("focusin", tellHeld);
  list.addEventListener("focusout", () => setTimeout(tellHeld));

  /** @type {(id: string, sentence: string, tone: string) => HTMLElement} */
  function add(id, sentence, tone) {
    remove(id);
    const toast = copyTemplate("toast");
    toast.dataset.tone = tone;
    part(toast, "toast-text").textContent = sentence;
    list.append(toast);
    shown.set(id, toast);
    return toast;
  }

  /** @param {string} id */
  function remove(id) {
    const toast = shown.get(id);
    shown.delete(id);
    const held = toast?.matches(":hover, :focus-within");
    toast?.remove();
    if (!held) return;
    // Browsers send no event when the element under the pointer is removed.
    hovered = list.matches(":hover");
    tellHeld();
  }

  return {
    remove,
    /** Whether the focus is in a toast. @type {(id: string) => boolean} */
    hasFocus: (id) => shown.get(id)?.contains(document.activeElement) ?? false,

    /** Shows a message that can be closed. @type {(sentence: string, tone: "good" | "bad") => void} */
    note(sentence, tone) {
      const id = `note-${sentence}`;
      const toast = add(id, sentence, tone);
      const close = part(toast, "toast-close", HTMLButtonElement);
      close.hidden = false;
      close.addEventListener("click", () => remove(id));
      if (tone === "good") setTimeout(() => remove(id), NOTE_STAYS);
    },

    /** Shows a message that can be undone. @type {(id: string, sentence: string) => void} */
    offerUndo(id, sentence) {
      const undo = part(add(id, sentence, "plain"), "toast-undo", HTMLButtonElement);
      undo.hidden = false;
      undo.addEventListener("click", () => emit(undo, "toast-undo", { id }));
      undo.focus({ preventScroll: true });
    },
  };
}

/**
 * Wires the page's polite live region.
 * @param {HTMLElement} root
 * @returns {(sentence: string) => void}
 */
export function mountAnnouncer(root) {
  const region = part(root, "announcement");
  /** @type {string[]} */
  let due = [];
  return (sentence) => {
    // Emptied first: the same words twice in a row would otherwise be said once. What comes
    // in the meantime is said with it, not in its place.
    due.push(sentence);
    if (due.length > 1) return;
    region.textContent = "";
    setTimeout(() => {
      region.textContent = due.join(" ");
      due = [];
    }, SILENCE);
  };
}
