// The records on the page and what is under way on each: entries in, entries out.
import { TRANSPARENT } from "./backdrop.js";

/** @import { Entries, Entry, ImageRecord } from "../types.js" */

/** @type {(record: ImageRecord, file?: File | null) => Entry} */
export const newEntry = (record, file = null) => ({
  record,
  wantedName: null,
  draft: "",
  leaving: false,
  problem: "",
  task: "",
  backdrop: TRANSPARENT,
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
