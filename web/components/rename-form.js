// Renaming in place: Enter saves, Escape gives up.
import { checkName } from "../checks.js";
import { emit } from "../events.js";
import { sentenceOf } from "../messages.js";
import { part, showText } from "./markup.js";

/**
 * @typedef {object} RenameOptions
 * @property {() => string} currentName
 * @property {(open: boolean) => void} onOpen the form took the name's place, or gave it back
 * @property {() => void} onClose the focus has to go somewhere
 * @property {(name: string) => void} onSave
 */

/**
 * Wires the rename form inside a record's card.
 * @param {HTMLElement} card
 * @param {RenameOptions} options
 */
export function mountRename(card, { currentName, onOpen, onClose, onSave }) {
  const form = part(card, "rename-form", HTMLFormElement);
  const input = part(form, "rename-input", HTMLInputElement);
  const problem = part(form, "rename-problem");

  /** @param {boolean} open */
  function toggle(open) {
    form.hidden = !open;
    onOpen(open);
    complain("");
  }

  function close() {
    toggle(false);
    onClose();
  }

  /** @param {string} sentence */
  function complain(sentence) {
    showText(problem, sentence);
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
    if (sentence) emit(form, "page-say", { sentence });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const code = checkName(name);
    if (code) return complain(sentenceOf(code));
    close();
    if (name !== currentName()) onSave(name);
  });
  form.addEventListener("keydown", (event) => {
    // Escape also ends an input method's own composition: that one is not for us.
    if (event.key === "Escape" && !event.isComposing) close();
  });
  part(form, "rename-cancel", HTMLButtonElement).addEventListener("click", close);

  return {
    /** Puts the input in the name's place. */
    open() {
      toggle(true);
      input.value = currentName();
      input.focus();
      input.select();
    },
  };
}
