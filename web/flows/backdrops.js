// Sets backdrops that take time: pictures, blurred originals, and one picture's look for all others.
import { image } from "../api.js";
import { mountBackdropDialog } from "../components/backdrop-dialog.js";
import { codeOf, explain } from "../core/messages.js";
import { pictures } from "../core/format.js";
import { findEntry, shownName, withEntry } from "../core/records.js";
import { shownEntries, withEntries } from "../core/state.js";
import { listen } from "../events.js";
import { blurred } from "./blur.js";
import { measure } from "./measure.js";

/** @import { Entry, Store } from "../types.js" */

const NOT_BLURRED = "This browser cannot show the original of this picture, so it cannot be blurred. Choose another backdrop.";
const NOT_SHOWN = "This browser cannot show that picture. Choose another one as the backdrop.";

/**
 * Sets backdrops; progress and failures are shown on the record.
 * @param {Store} store
 * @param {HTMLElement} root
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {(sentence: string) => void} page.note
 * @param {() => void} page.onLost
 */
export function runBackdrops(store, root, { say, note, onLost }) {
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

  /** @type {(id: string) => Promise<void>} */
  async function useBlurred(id) {
    const entry = findEntry(store.get().entries, id);
    if (!entry) return;
    tell(id, { task: "Blurring the original…" });
    try {
      const picture = await blurred(entry.file ?? (await image(entry.record.original_url)));
      if (!picture) return refuse(id, NOT_BLURRED);
      tell(id, { backdrop: { kind: "blur", picture }, task: "", problem: "" });
      say("Backdrop: blurred original");
    } catch (failure) {
      refuse(id, explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  /** Gives every picture the backdrop, canvas and format of one. @type {(id: string) => Promise<void>} */
  async function applyToAll(id) {
    const { entries } = store.get();
    const from = findEntry(entries, id);
    if (!from) return;
    const { backdrop, look } = from;
    const others = shownEntries(store.get()).map(({ record }) => record.record_id).filter((each) => each !== id);
    store.update((state) => withEntries(state, others.reduce((rest, each) => withEntry(rest, each, { look }), state.entries)));
    for (const each of others) {
      if (backdrop.kind === "blur") await useBlurred(each);
      else tell(each, { backdrop });
    }
    note(`Applied to ${pictures(others.length + 1)}.`);
  }

  listen(root, "record-backdrop-blur", ({ id }) => useBlurred(id));
  listen(root, "look-for-all", ({ id }) => applyToAll(id));
  listen(root, "record-backdrop-file", ({ id, file }) => use(id, file, file.name));
  listen(root, "record-backdrop-kept", ({ id, from }) => useKept(id, from));
  return {
    /** @type {(id: string) => void} */
    ask: (id) => dialog.open(id, store.get()),
  };
}
