// The form that takes a picture: chosen, dropped, or sent as a plain form without JavaScript.
import { checkFile, checkName, stem } from "../checks.js";
import { emit } from "../events.js";
import { fileSize } from "../format.js";
import { sentenceOf } from "../messages.js";
import { isFull, isSending } from "../state.js";
import { acceptDrops } from "./drop-zone.js";
import { part, setOff, showText } from "./markup.js";
import { mountThumbnail } from "./thumbnail.js";

/** @typedef {import("../state.js").State} State */

const NOTHING_CHOSEN = "Choose a picture first.";
const NO_FILE_DROPPED = "That was not a file. Drop a picture from your computer.";
const ONE_AT_A_TIME = "One picture at a time: the first of them was taken.";
const STILL_SENDING = "One picture is still on its way. Send the next one when it is done.";

/**
 * Wires the upload form; it emits upload-send with a file that passed the checks.
 * @param {HTMLElement} root
 */
export function mountUploadForm(root) {
  const form = part(root, "upload-form", HTMLFormElement);
  const input = part(form, "image-input", HTMLInputElement);
  const name = part(form, "name-input", HTMLInputElement);
  const submit = part(form, "submit", HTMLButtonElement);
  const limitNotice = part(form, "limit-notice");
  const imageProblem = part(form, "image-problem");
  const nameProblem = part(form, "name-problem");
  const prompt = part(form, "prompt");
  const chosen = part(form, "chosen");
  const thumbnail = mountThumbnail(part(form, "chosen-thumbnail", HTMLImageElement));
  /** @type {File | null} */
  let file = null;
  let full = false;
  let sending = false;

  /**
   * @param {HTMLElement} target
   * @param {HTMLInputElement} field
   * @param {string} sentence
   */
  function complain(target, field, sentence) {
    showText(target, sentence);
    field.setAttribute("aria-invalid", String(Boolean(sentence)));
    if (sentence) emit(form, "page-say", { sentence });
  }

  /** @param {File | null} picked */
  function take(picked) {
    const code = picked && checkFile(picked);
    file = code ? null : picked;
    if (!file) input.value = "";
    complain(imageProblem, input, code ? sentenceOf(code) : "");
    thumbnail.show(file);
    prompt.hidden = Boolean(file);
    chosen.hidden = !file;
    name.placeholder = file ? stem(file.name) : "";
    part(form, "chosen-name").textContent = file?.name ?? "";
    part(form, "chosen-size").textContent = file ? fileSize(file.size) : "";
  }

  /** @param {FileList} files */
  function takeDropped(files) {
    if (!files[0]) return complain(imageProblem, input, NO_FILE_DROPPED);
    // The input holds the file too, so that it reads the same to a screen reader.
    const one = new DataTransfer();
    one.items.add(files[0]);
    input.files = one.files;
    take(files[0]);
    if (files.length === 1 || !file) return;
    showText(imageProblem, ONE_AT_A_TIME);
    emit(form, "page-say", { sentence: ONE_AT_A_TIME });
  }

  /** @returns {boolean} */
  function passesChecks() {
    const typed = name.value.trim();
    const code = typed ? checkName(typed) : undefined;
    complain(nameProblem, name, code ? sentenceOf(code) : "");
    if (code) name.focus();
    if (!file) {
      // A file that was refused has its reason on the page already.
      complain(imageProblem, input, imageProblem.textContent || NOTHING_CHOSEN);
      input.focus();
    }
    return Boolean(file) && !code;
  }

  function send() {
    if (full) return emit(form, "page-say", { sentence: sentenceOf("limit_reached") });
    if (sending) return emit(form, "page-say", { sentence: STILL_SENDING });
    if (!passesChecks() || !file) return;
    const detail = { file, name: name.value.trim() };
    form.reset();
    take(null);
    emit(form, "upload-send", detail);
  }

  form.noValidate = true;
  form.classList.add("is-enhanced");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  // Closing the file dialog without a choice empties the input in some browsers: keep the file.
  input.addEventListener("change", () => {
    if (input.files?.[0]) take(input.files[0]);
  });
  acceptDrops(part(form, "drop-zone"), takeDropped);
  take(input.files?.[0] ?? null);

  return {
    /** Puts the focus where the next picture is chosen. */
    focus: () => input.focus(),
    /** @param {State} state */
    render(state) {
      full = isFull(state);
      sending = isSending(state);
      limitNotice.hidden = !full;
      setOff(submit, full || sending);
    },
  };
}
