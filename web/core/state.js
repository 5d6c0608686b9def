// The page's whole state: state in, state out. No DOM, no network.
import { dropped, succeeded } from "./queue.js";
import { findEntry, newEntry, relisted, without } from "./records.js";

/** @import { Connection, Entries, ListAnswer, Queue, State, Store, UploadAnswer } from "../types.js" */

/** The state before the server has answered. @type {() => State} */
export const initialState = () => ({
  list: "loading",
  listProblem: "",
  entries: [],
  search: "",
  sort: "newest",
  selected: new Set(),
  anchor: "",
  used: 0,
  limit: 0,
  retentionDays: 30,
  maxUploadMb: 20,
  maxMegapixels: 50,
  queue: [],
  toRemove: "background",
  connection: "online",
  bundle: null,
});

/** The records that the page shows. @type {(state: State) => Entries} */
export const shownEntries = ({ entries }) => entries.filter((entry) => !entry.leaving);

/** The number of kept records, without those that are being deleted. @type {(state: State) => number} */
export const shownUsed = ({ used, entries }) =>
  Math.max(0, used - entries.filter((entry) => entry.leaving).length);

/** The number of records that the server would still accept. @type {(state: State) => number} */
export const freePlaces = (state) =>
  state.list === "ready" ? Math.max(0, state.limit - state.used) : Number.POSITIVE_INFINITY;

/** @type {(state: State, queue: Queue) => State} */
export const withQueue = (state, queue) => ({ ...state, queue });

/** @type {(state: State, entries: Entries) => State} */
export const withEntries = (state, entries) => ({ ...state, entries });

/** @type {(state: State) => State} */
export const listAsked = (state) => ({ ...state, list: "loading", listProblem: "" });

/** @type {(state: State, answer: ListAnswer) => State} */
export const listArrived = (state, answer) => ({
  ...state,
  list: "ready",
  listProblem: "",
  entries: relisted(state.entries, answer.records),
  used: answer.used,
  limit: answer.limit,
  retentionDays: answer.retention_days ?? state.retentionDays,
  maxUploadMb: answer.max_upload_mb ?? state.maxUploadMb,
  maxMegapixels: answer.max_megapixels ?? state.maxMegapixels,
});

/** @type {(state: State, sentence: string) => State} */
export const listFailed = (state, sentence) => ({ ...state, list: "failed", listProblem: sentence });

/** The cut-out is made: its record comes first in the list. @type {(state: State, id: string, answer: UploadAnswer) => State} */
export const uploadArrived = (state, id, { record, message, limit }) => {
  const file = state.queue.find((upload) => upload.id === id)?.file ?? null;
  const isListed = findEntry(state.entries, record.record_id) !== undefined;
  return {
    ...state,
    // Answers of two uploads can overtake each other, so their own counts cannot be trusted.
    used: state.used + (isListed ? 0 : 1),
    limit,
    queue: succeeded(state.queue, id, message),
    entries: [newEntry(record, file), ...without(state.entries, record.record_id)],
  };
};

/** A record is gone on the server too and its place is free. @type {(state: State, id: string) => State} */
export const removed = (state, id) => ({
  ...state,
  entries: without(state.entries, id),
  used: Math.max(0, state.used - 1),
});

/** @type {(state: State, connection: Connection) => State} */
export const connected = (state, connection) => ({ ...state, connection });

/** @type {(state: State, id: string) => State} */
export const uploadDropped = (state, id) => withQueue(state, dropped(state.queue, id));

/**
 * Makes the store; `show` sees every new state.
 * @param {State} first
 * @param {(state: State) => void} show
 * @returns {Store}
 */
export function makeStore(first, show) {
  let state = first;
  return {
    get: () => state,
    update(change) {
      state = change(state);
      show(state);
    },
  };
}
