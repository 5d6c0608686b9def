// The form that takes pictures; without this script it is a plain form for one of them.
import { nameProblem, stem } from "../core/checks.js";
import { emit } from "../events.js";
import { shownUsed } from "../core/state.js";
import { part, showText } from "./markup.js";

/** @import { State } from "../types.js" */

/**
 * Wires the upload form; it emits pictures-choose and pictures-send.
 * @param {HTMLElement} root
 */
export function mountUploadForm(root) {
  const form = part(root, "upload-form", HTMLFormElement);
  const input = part(form, "image-input", HTMLInputElement);
  const zone = part(form, "drop-zone");
  const choose = part(form, "choose", HTMLButtonElement);
  const field = part(form, "name-field");
  const name = part(form, "name-input", HTMLInputElement);
  const problem = part(form, "name-problem");
  const submit = part(form, "submit", HTMLButtonElement);
  const hint = part(form, "image-hint");
  let waiting = 0;

  /** @param {string} sentence */
  function complain(sentence) {
    showText(problem, sentence);
    name.setAttribute("aria-invalid", String(Boolean(sentence)));
    if (!sentence) return;
    name.focus();
    emit(form, "page-say", { sentence });
  }

  function send() {
    const typed = field.hidden ? "" : name.value.trim();
    const wrong = typed && nameProblem(typed);
    complain(wrong);
    if (wrong) return;
    name.value = "";
    // The button is about to go: the focus stays in the form.
    choose.focus();
    emit(form, "pictures-send", { name: typed });
  }

  form.noValidate = true;
  form.classList.add("is-enhanced");
  input.multiple = true;
  input.hidden = true;
  zone.addEventListener("click", () => input.click());
  input.addEventListener("click", (event) => event.stopPropagation());
  input.addEventListener("change", () => {
    emit(form, "pictures-choose", { files: [...(input.files ?? [])] });
    // The queue holds the files now; the same one may be chosen again.
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  return {
    /** @param {State} state */
    render(state) {
      const chosen = state.queue.filter(({ phase, wanted }) => !wanted && (phase === "chosen" || phase === "checking"));
      field.hidden = chosen.length !== 1;
      submit.hidden = chosen.length === 0;
      name.placeholder = stem(chosen[0]?.file.name ?? "");
      form.classList.toggle("has-rows", state.queue.length > 0);
      hint.textContent = hintText(state);
      // Enter sends what was just chosen.
      if (chosen.length > waiting) submit.focus();
      waiting = chosen.length;
    },
  };
}

/** @type {(state: State) => string} */
function hintText(state) {
  const full = state.list === "ready" && shownUsed(state) >= state.limit;
  if (full) return `${state.limit} of ${state.limit} used: delete a picture to make room for the next.`;
  return `JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, up to ${state.maxUploadMb} MB each`;
}
