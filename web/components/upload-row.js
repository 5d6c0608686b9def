// One upload: thumbnail, progress, and the buttons to retry or cancel it.
import { LIMIT_WAIT } from "../core/messages.js";
import { isActive, isEnded } from "../core/queue.js";
import { emit } from "../events.js";
import { copyTemplate, part } from "./markup.js";

/** @import { Upload } from "../types.js" */

const PLACE_SOON = "Sent as soon as the deleted picture is gone";

/** @typedef {{ beyond: boolean, soon: boolean, connected: boolean }} Outlook */

/**
 * Makes the row of an upload; it emits upload-retry and upload-cancel.
 * @param {Upload} first
 */
export function makeUploadRow(first) {
  const root = copyTemplate("upload-row");
  const { id, file } = first;
  const title = part(root, "upload-name");
  const text = part(root, "upload-text");
  const bar = part(root, "upload-bar", HTMLProgressElement);
  const retry = part(root, "upload-retry", HTMLButtonElement);
  const cancel = part(root, "upload-cancel", HTMLButtonElement);
  const thumbnail = mountThumbnail(part(root, "upload-thumbnail", HTMLImageElement));
  let clock = 0;

  title.id = `upload-${id}`;
  title.title = title.textContent = file.name;
  bar.setAttribute("aria-label", `Progress of ${file.name}`);
  for (const button of [retry, cancel]) button.setAttribute("aria-describedby", title.id);
  retry.addEventListener("click", () => {
    cancel.focus();
    emit(root, "upload-retry", { id });
  });
  cancel.addEventListener("click", () => emit(root, "upload-cancel", { id }));
  thumbnail.show(file);

  /** @type {(upload: Upload, outlook: Outlook) => void} */
  function render(upload, outlook) {
    root.dataset.phase = upload.phase;
    root.classList.toggle("is-beyond", outlook.beyond);
    text.textContent = phaseText(upload, outlook);
    bar.hidden = !isActive(upload);
    if (upload.phase === "sending") bar.value = upload.percent;
    else bar.removeAttribute("value");
    retry.hidden = !(upload.phase === "failed" && upload.retryable);
    cancel.setAttribute("aria-label", isEnded(upload) ? "Dismiss" : "Cancel");
    scheduleCountdown(upload, outlook);
  }

  /** @type {(upload: Upload, outlook: Outlook) => void} */
  function scheduleCountdown(upload, outlook) {
    clearTimeout(clock);
    if (upload.phase !== "paused") return;
    clock = setTimeout(() => render(upload, outlook), 1000 - ((Date.now() - upload.until) % 1000));
  }

  return {
    root,
    render,
    /** Stops the countdown and releases the file's blob address. */
    end() {
      clearTimeout(clock);
      thumbnail.show(null);
    },
  };
}

/** @type {(upload: Upload, outlook: Outlook) => string} */
function phaseText(upload, { beyond, soon, connected }) {
  const { phase, percent, sentence, until, toRemove } = upload;
  if (phase === "checking") return "Checking…";
  if (beyond) return soon ? PLACE_SOON : LIMIT_WAIT;
  if (phase === "waiting") return connected ? "Waiting for its turn" : "Waiting for the connection";
  if (phase === "sending") return `Sending… ${percent}%`;
  if (phase === "removing") return toRemove === "background" ? "Removing the background…" : "Removing the subject…";
  if (phase === "paused") return `${sentence} ${countdown(until)}`;
  return sentence;
}

/** @type {(until: number) => string} */
const countdown = (until) => `Sent again in ${Math.max(0, Math.ceil((until - Date.now()) / 1000))} s.`;

/**
 * Wires an image that shows a picked file, or hides itself when the browser cannot read it.
 * @param {HTMLImageElement} image
 */
function mountThumbnail(image) {
  /** @type {File | null} */
  let shown = null;
  image.addEventListener("error", () => {
    image.hidden = true;
  });

  return {
    /** @param {File | null} file */
    show(file) {
      if (file === shown) return;
      // A blob address keeps the whole file in memory until it is revoked.
      if (shown) URL.revokeObjectURL(image.src);
      shown = file;
      image.hidden = !file;
      if (file) image.src = URL.createObjectURL(file);
      else image.removeAttribute("src");
    },
  };
}
