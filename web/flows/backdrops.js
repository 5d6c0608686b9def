// Puts a picture behind a cut-out: a file of the reader's, or an original that is kept.
import { image } from "../api.js";
import { mountBackdropDialog } from "../components/backdrop-dialog.js";
import { codeOf, explain } from "../core/messages.js";
import { findEntry, shownName, withEntry } from "../core/records.js";
import { withEntries } from "../core/state.js";
import { listen } from "../events.js";
import { measure } from "./measure.js";

/** @import { Entry, Store } from "../types.js" */

const NOT_SHOWN = "This browser cannot show that picture. Choose another one as the backdrop.";

/**
 * Sets pictures as backdrops; how it went is told on the record.
 * @param {Store} store
 * @param {HTMLElement} root
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {() => void} page.onLost
 */
export function runBackdrops(store, root, { say, onLost }) {
  const dialog = mountBackdropDialog(root);

  /** @type {(id: string, change: Partial<Entry>) => void} */
  const tell = (id, change) =>
    store.update((state) => withEntries(state, withEntry(state.entries, id, change)));

  /** @type {(id: string, picture: Blob, label: string) => Promise<void>} */
  async function use(id, picture, label) {
    const { width } = await measure(picture);
    if (!width) return refuse(id, NOT_SHOWN);
    tell(id, { backdrop: { kind: "picture", picture, label }, task: "", problem: "" });
    say(`Backdrop: ${label}`);
  }

  /** @type {(id: string, sentence: string) => void} */
  function refuse(id, sentence) {
    tell(id, { task: "", problem: sentence });
    say(sentence);
  }

  /** @type {(id: string, from: string) => Promise<void>} */
  async function useKept(id, from) {
    const source = findEntry(store.get().entries, from);
    if (!source) return;
    tell(id, { task: "Loading the backdrop…" });
    try {
      await use(id, source.file ?? (await image(source.record.original_url)), shownName(source));
    } catch (failure) {
      refuse(id, explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  listen(root, "record-backdrop-file", ({ id, file }) => use(id, file, file.name));
  listen(root, "record-backdrop-kept", ({ id, from }) => useKept(id, from));
  return {
    /** @type {(id: string) => void} */
    ask: (id) => dialog.open(id, store.get()),
  };
}
