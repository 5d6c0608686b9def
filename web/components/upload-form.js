// The upload form. Without this script it is a plain form for one picture.
import { emit } from "../events.js";
import { shownUsed } from "../core/state.js";
import { part } from "./markup.js";

/** @import { State } from "../types.js" */

/**
 * Wires the upload form; it emits pictures-add, folder-add and to-remove.
 * @param {HTMLElement} root
 */
export function mountUploadForm(root) {
  const form = part(root, "upload-form", HTMLFormElement);
  const zone = part(form, "drop-zone");
  const pictures = part(form, "image-input", HTMLInputElement);
  const folder = part(form, "folder-input", HTMLInputElement);
  const chooseFolder = part(form, "choose-folder", HTMLButtonElement);
  const hint = part(form, "image-hint");
  const keep = part(form, "keep");

  form.classList.add("is-enhanced");
  pictures.multiple = true;
  pictures.hidden = true;
  chooseFolder.hidden = !("webkitdirectory" in folder);
  zone.addEventListener("click", () => pictures.click());
  chooseFolder.addEventListener("click", (event) => {
    event.stopPropagation();
    folder.click();
  });
  whenChosen(pictures, (files) => emit(form, "pictures-add", { files }));
  whenChosen(folder, (files) => emit(form, "folder-add", { files }));
  form.addEventListener("submit", (event) => event.preventDefault());
  keep.addEventListener("change", () =>
    emit(form, "to-remove", { toRemove: new FormData(form).get("to_remove") === "foreground" ? "foreground" : "background" }),
  );

  return {
    /** @param {State} state */
    render(state) {
      form.classList.toggle("has-rows", state.queue.length > 0);
      hint.textContent = hintText(state);
    },
  };
}

/** @type {(input: HTMLInputElement, use: (files: File[]) => void) => void} */
function whenChosen(input, use) {
  input.addEventListener("click", (event) => event.stopPropagation());
  input.addEventListener("change", () => {
    use([...(input.files ?? [])]);
    // The queue holds the files now; emptied, the input accepts the same file again.
    input.value = "";
  });
}

/** @type {(state: State) => string} */
function hintText(state) {
  const full = state.list === "ready" && shownUsed(state) >= state.limit;
  if (full) return `${state.limit} of ${state.limit} used: delete a picture to make room for the next.`;
  return `JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, up to ${state.maxUploadMb} MB each`;
}
