// Asks for a picture to stand behind a cut-out: a file, or an original that is kept.
import { imageAddress } from "../api.js";
import { shownName } from "../core/records.js";
import { shownEntries } from "../core/state.js";
import { emit } from "../events.js";
import { copyTemplate, part } from "./markup.js";

/** @import { Entry, State } from "../types.js" */

/**
 * Wires the dialog; it emits record-backdrop-file and record-backdrop-kept.
 * @param {HTMLElement} root
 */
export function mountBackdropDialog(root) {
  const dialog = part(root, "backdrop-dialog", HTMLDialogElement);
  const input = part(dialog, "backdrop-input", HTMLInputElement);
  const kept = part(dialog, "backdrop-kept");
  let id = "";

  part(dialog, "backdrop-device", HTMLButtonElement).addEventListener("click", () => input.click());
  part(dialog, "backdrop-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    dialog.close();
    emit(dialog, "record-backdrop-file", { id, file });
  });

  /** @param {Entry} entry */
  function optionOf(entry) {
    const item = copyTemplate("backdrop-option");
    const button = part(item, "option", HTMLButtonElement);
    part(item, "option-name").textContent = shownName(entry);
    part(item, "option-image", HTMLImageElement).src = imageAddress(entry.record.preview_url);
    button.addEventListener("click", () => {
      dialog.close();
      emit(dialog, "record-backdrop-kept", { id, from: entry.record.record_id });
    });
    return item;
  }

  return {
    /** @type {(recordId: string, state: State) => void} */
    open(recordId, state) {
      id = recordId;
      kept.replaceChildren(...shownEntries(state).map(optionOf));
      dialog.showModal();
    },
  };
}
