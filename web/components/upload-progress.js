// The row that follows one picture from being sent to its cut-out.
import { emit } from "../events.js";
import { isSending } from "../state.js";
import { part } from "./markup.js";
import { mountThumbnail } from "./thumbnail.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").Upload} Upload */

/**
 * Wires the progress row; it emits upload-retry and upload-dismiss.
 * @param {HTMLElement} root
 */
export function mountUploadProgress(root) {
  const row = part(root, "upload-progress");
  const title = part(row, "upload-name");
  const text = part(row, "upload-text");
  const bar = part(row, "upload-bar", HTMLProgressElement);
  const retry = part(row, "upload-retry", HTMLButtonElement);
  const dismiss = part(row, "upload-dismiss", HTMLButtonElement);
  const thumbnail = mountThumbnail(part(row, "upload-thumbnail", HTMLImageElement));

  retry.addEventListener("click", () => {
    // The button is about to disappear: the focus goes to what replaces it.
    row.focus();
    emit(row, "upload-retry", null);
  });
  dismiss.addEventListener("click", () => emit(row, "upload-dismiss", null));

  /** @param {Upload} upload */
  function showPhase(upload) {
    row.dataset.phase = upload.phase;
    title.textContent = upload.name || upload.file.name;
    text.textContent = phaseText(upload);
    if (upload.phase === "sending") bar.value = upload.percent;
    else bar.removeAttribute("value");
    retry.hidden = upload.phase !== "failed" || !upload.retryable;
  }

  return {
    /** @param {State} state */
    render(state) {
      row.hidden = !state.upload;
      dismiss.hidden = isSending(state);
      bar.hidden = !isSending(state);
      thumbnail.show(state.upload?.file ?? null);
      if (state.upload) showPhase(state.upload);
    },
  };
}

/** @type {(upload: Upload) => string} */
function phaseText(upload) {
  if (upload.phase === "sending") return `Sending… ${upload.percent}%`;
  if (upload.phase === "processing") return "Removing the background…";
  return upload.sentence;
}
