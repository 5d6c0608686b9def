// The records on the page and the running tasks of each: entries in, entries out.
/** @import { Backdrop, Entries, Entry, Framing, ImageRecord, Look } from "../types.js" */

/** @type {Readonly<Backdrop>} */
export const TRANSPARENT = { kind: "transparent" };

/** @type {Readonly<Framing>} */
export const UNFRAMED = {
  canvas: "original",
  margin: 0,
  scale: null,
  x: 0.5,
  y: 0.5,
  isMoved: false,
  width: 1080,
  height: 1080,
};

/** @type {Readonly<Look>} */
const PLAIN = { framing: UNFRAMED, shadow: false, format: "png", quality: 0.9 };

/** @type {(record: ImageRecord, file?: File | null) => Entry} */
export const newEntry = (record, file = null) => ({
  record,
  wantedName: null,
  draft: "",
  leaving: false,
  problem: "",
  task: "",
  backdrop: TRANSPARENT,
  look: PLAIN,
  file,
});

/** The name to show: the wanted one while the server has not answered. @type {(entry: Entry) => string} */
export const shownName = (entry) => entry.wantedName ?? entry.record.image_name;

/** @type {(entries: Entries, id: string) => Entry | undefined} */
export const findEntry = (entries, id) => entries.find(({ record }) => record.record_id === id);

/** What is under way on a record that is still there goes on. @type {(entries: Entries, records: ImageRecord[]) => Entry[]} */
export const relisted = (entries, records) =>
  records.map((record) => ({ ...(findEntry(entries, record.record_id) ?? newEntry(record)), record }));

/** @type {(entries: Entries, id: string) => Entry[]} */
export const without = (entries, id) => entries.filter(({ record }) => record.record_id !== id);

/** @type {(entries: Entries, id: string, change: Partial<Entry>) => Entry[]} */
export const withEntry = (entries, id, change) =>
  entries.map((entry) => (entry.record.record_id === id ? { ...entry, ...change } : entry));

/** @type {(entries: Entries, id: string, look: Partial<Look>) => Entry[]} */
export const withLook = (entries, id, look) =>
  entries.map((entry) => (entry.record.record_id === id ? { ...entry, look: { ...entry.look, ...look } } : entry));

/** A record is shown under its new name already. @type {(entries: Entries, id: string, name: string) => Entry[]} */
export const renameStarted = (entries, id, name) =>
  withEntry(entries, id, { wantedName: name, draft: "", problem: "" });

/** A newer wish, if there is one, still waits for its answer. @type {(entries: Entries, id: string, name: string) => Entry[]} */
export const renameSucceeded = (entries, id, name) => {
  const entry = findEntry(entries, id);
  if (!entry) return [...entries];
  const wantedName = entry.wantedName === name ? null : entry.wantedName;
  return withEntry(entries, id, { record: { ...entry.record, image_name: name }, wantedName });
};

/** The old name is back, with the reason. @type {(entries: Entries, id: string, problem: string) => Entry[]} */
export const renameFailed = (entries, id, problem) => {
  const draft = findEntry(entries, id)?.wantedName ?? "";
  return withEntry(entries, id, { wantedName: null, draft, problem });
};
