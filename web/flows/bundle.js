// Writes pictures as they are arranged into one ZIP archive, one in memory at a time.
import { FORMATS } from "../core/backdrop.js";
import { uniqueFileNames } from "../core/file-names.js";
import { isoTime } from "../core/format.js";
import { codeOf, explain } from "../core/messages.js";
import { shownName } from "../core/records.js";
import { shownEntries } from "../core/state.js";
import { startZip } from "../core/zip.js";
import { compose } from "./compose.js";
import { openSink } from "./save.js";

/** @import { Entries, Store } from "../types.js" */

/** @typedef {import("./save.js").Sink} Sink */

const ARCHIVE = "cut-outs.zip";

/**
 * Runs "Download all" and "Download selected".
 * @param {Store} store
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {(sentence: string) => void} page.complain
 */
export function runBundle(store, { say, complain }) {
  /** @type {AbortController | null} */
  let control = null;

  /** @type {(done: number, total: number) => void} */
  const tell = (done, total) => store.update((state) => ({ ...state, bundle: { done, total } }));

  /** @type {(sink: Sink, entries: Entries, signal: AbortSignal) => Promise<void>} */
  async function write(sink, entries, signal) {
    const zip = startZip();
    const names = uniqueFileNames(
      entries.map((entry) => ({ name: shownName(entry), ending: FORMATS[entry.look.format].ending })),
    );
    for (const [index, entry] of entries.entries()) {
      tell(index, entries.length);
      const { record } = entry;
      const bytes = new Uint8Array(await (await compose(entry, signal)).arrayBuffer());
      signal.throwIfAborted();
      const pieces = zip.add(names[index] ?? "picture.png", bytes, new Date(isoTime(record.created_on)));
      for (const piece of pieces) await sink.write(piece);
    }
    for (const piece of zip.end()) await sink.write(piece);
    await sink.close();
  }

  /** Downloads these records, or all of them. @param {readonly string[] | null} ids */
  async function start(ids) {
    if (control) return;
    control = new AbortController();
    const entries = shownEntries(store.get()).filter(({ record }) => ids?.includes(record.record_id) ?? true);
    const sink = await openSink(ARCHIVE, "application/zip");
    try {
      if (sink) await write(sink, entries, control.signal);
      if (sink) say(`${ARCHIVE} is downloaded.`);
    } catch (failure) {
      await sink?.abort();
      if (control.signal.aborted) say("The download is cancelled.");
      else complain(`The archive was not written. ${explain(failure)}`);
    } finally {
      control = null;
      store.update((state) => ({ ...state, bundle: null }));
    }
  }

  return { start, cancel: () => control?.abort() };
}
