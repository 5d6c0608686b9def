// Saves a record's picture to a file or copies it to the clipboard.
import { FORMATS } from "../core/backdrop.js";
import { fileName } from "../core/file-names.js";
import { codeOf, explain } from "../core/messages.js";
import { findEntry, shownName, withEntry } from "../core/records.js";
import { withEntries } from "../core/state.js";
import { ComposeError, compose } from "./compose.js";
import { saveBlob } from "./save.js";

/** @import { Entry, Store } from "../types.js" */

const NO_CLIPBOARD = "This browser cannot copy pictures. Download the PNG instead.";
const NOT_COPIED = "The browser did not allow copying. Download the PNG instead.";

/**
 * Runs downloads and copies; progress and failures are shown on the record.
 * @param {Store} store
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {() => void} page.onLost
 */
export function runExports(store, { say, onLost }) {
  /** @type {(id: string, change: Partial<Entry>) => void} */
  const tell = (id, change) =>
    store.update((state) => withEntries(state, withEntry(state.entries, id, change)));

  /** @type {(id: string, task: string, work: (entry: Entry) => Promise<string>) => Promise<void>} */
  async function run(id, task, work) {
    const entry = findEntry(store.get().entries, id);
    if (!entry || entry.task) return;
    tell(id, { task, problem: "" });
    try {
      say(await work(entry));
      tell(id, { task: "" });
    } catch (failure) {
      tell(id, { task: "", problem: explain(failure) });
      say(explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  return {
    /** @type {(id: string) => Promise<void>} */
    save: (id) =>
      run(id, "Preparing the download…", async (entry) => {
        const name = fileName(shownName(entry), FORMATS[entry.look.format].ending);
        saveBlob(await compose(entry), name);
        return `${name} is downloaded.`;
      }),
    /** @type {(id: string) => Promise<void>} */
    copy: (id) =>
      run(id, "Copying…", async (entry) => {
        // Clipboards only accept PNG.
        await copyPicture(compose({ ...entry, look: { ...entry.look, format: "png" } }));
        return `${shownName(entry)} is copied.`;
      }),
  };
}

/** @param {Promise<Blob>} picture */
async function copyPicture(picture) {
  if (!navigator.clipboard?.write || typeof ClipboardItem === "undefined") throw new ComposeError(NO_CLIPBOARD);
  // The promise itself is handed over: waiting for it first would use up the click that allows copying.
  const item = new ClipboardItem({ "image/png": picture });
  try {
    await navigator.clipboard.write([item]);
  } catch (failure) {
    await picture; // its own failure says more
    throw failure instanceof DOMException ? new ComposeError(NOT_COPIED) : failure;
  }
}
