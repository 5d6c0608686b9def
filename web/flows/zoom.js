// Fetches a cut-out at its full size and shows it.
import { image } from "../api.js";
import { mountZoomDialog } from "../components/zoom-dialog.js";
import { explain } from "../core/messages.js";
import { findEntry } from "../core/records.js";

/** @import { Store } from "../types.js" */

/**
 * Runs the zoom dialog.
 * @param {Store} store
 * @param {HTMLElement} root
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 */
export function runZoom(store, root, { say }) {
  const dialog = mountZoomDialog(root);

  /** @type {(id: string) => Promise<void>} */
  async function open(id) {
    const entry = findEntry(store.get().entries, id);
    if (!entry) return;
    const opening = dialog.open(entry);
    try {
      dialog.show(opening, await image(entry.record.processed_url));
    } catch (failure) {
      dialog.fail(opening, explain(failure));
      say(explain(failure));
    }
  }

  return { open };
}
