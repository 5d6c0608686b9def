// Renaming in place: Enter saves, as does leaving the form; Escape gives up.
import { nameProblem } from "../core/checks.js";
import { emit } from "../events.js";
import { part, showText } from "./markup.js";

/**
 * @typedef {object} RenameOptions
 * @property {() => string} currentName
 * @property {() => string} draft a name that failed before
 * @property {(open: boolean) => void} onOpen the form took the name's place, or gave it back
 * @property {() => void} onClose the focus has to go somewhere
 * @property {(name: string) => void} onSave
 */

/**
 * Wires the rename form inside a record's card.
 * @param {HTMLElement} card
 * @param {RenameOptions} options
 */
export function mountRename(card, { currentName, draft, onOpen, onClose, onSave }) {
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

  /** @param {() => void} finish */
  function save(finish) {
    const name = input.value.trim();
    const wrong = nameProblem(name);
    if (wrong) return complain(wrong);
    finish();
    if (name !== currentName()) onSave(name);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(close);
  });
  form.addEventListener("focusout", (event) => {
    const inside = event.relatedTarget instanceof Node && form.contains(event.relatedTarget);
    // Going to another window is not leaving the form.
    if (!form.hidden && !inside && document.hasFocus()) save(() => toggle(false));
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
      input.value = draft() || currentName();
      input.focus();
      input.select();
    },
  };
}
