// The page's whole state and every way it changes: state in, state out. No DOM, no network.
/** @typedef {import("./api.js").ImageRecord} ImageRecord */
/** @typedef {import("./api.js").ListAnswer} ListAnswer */
/** @typedef {import("./api.js").UploadAnswer} UploadAnswer */

/**
 * A record with what is under way on it. The record itself is always what the server last said,
 * so that taking back a failed rename is forgetting the wanted name.
 * @typedef {object} Entry
 * @property {ImageRecord} record
 * @property {string | null} wantedName
 * @property {boolean} removing
 * @property {string} problem
 */
/**
 * @typedef {object} Upload
 * @property {File} file
 * @property {string} name
 * @property {"sending" | "processing" | "done" | "failed"} phase
 * @property {number} percent
 * @property {string} sentence what the server said at the end
 * @property {boolean} retryable whether the same file could succeed later
 */
/**
 * @typedef {object} State
 * @property {"loading" | "ready" | "failed"} list
 * @property {string} listProblem
 * @property {readonly Entry[]} entries newest first
 * @property {number} used
 * @property {number} limit
 * @property {Upload | null} upload
 */

/** The state before the server has answered. @type {() => State} */
export const initialState = () => ({
  list: "loading",
  listProblem: "",
  entries: [],
  used: 0,
  limit: 0,
  upload: null,
});

/**
 * Tells whether one more picture would be refused.
 * @type {(state: State) => boolean}
 */
export const isFull = (state) => state.list === "ready" && state.used >= state.limit;

/**
 * Tells whether a picture is on its way.
 * @type {(state: State) => boolean}
 */
export const isSending = ({ upload }) =>
  upload?.phase === "sending" || upload?.phase === "processing";

/**
 * The name to show: the wanted one while the server has not answered.
 * @type {(entry: Entry) => string}
 */
export const shownName = (entry) => entry.wantedName ?? entry.record.image_name;

/**
 * The list is being asked for.
 * @type {(state: State) => State}
 */
export const listAsked = (state) => ({ ...state, list: "loading", listProblem: "" });

/**
 * The list arrived; what is under way on a record that is still there goes on.
 * @type {(state: State, answer: ListAnswer) => State}
 */
export const listArrived = (state, { records, used, limit }) => {
  const known = new Map(state.entries.map((entry) => [entry.record.record_id, entry]));
  const entries = records.map((record) => entryOf(record, known.get(record.record_id)));
  return { ...state, list: "ready", entries, used, limit };
};

/**
 * The list could not be had.
 * @type {(state: State, sentence: string) => State}
 */
export const listFailed = (state, sentence) => ({
  ...state,
  list: "failed",
  listProblem: sentence,
});

/**
 * A picture is about to be sent.
 * @type {(state: State, file: File, name: string) => State}
 */
export const uploadStarted = (state, file, name) => ({
  ...state,
  upload: { file, name, phase: "sending", percent: 0, sentence: "", retryable: false },
});

/**
 * A part of the picture has been sent; once all of it has, the server is at work.
 * @type {(state: State, fraction: number) => State}
 */
export const uploadProgressed = (state, fraction) =>
  withUpload(state, {
    phase: fraction >= 1 ? "processing" : "sending",
    percent: Math.floor(fraction * 100),
  });

/**
 * The cut-out is made: its record comes first in the list.
 * @type {(state: State, answer: UploadAnswer) => State}
 */
export const uploadSucceeded = (state, { record, message, used, limit }) => {
  const entries = [entryOf(record), ...without(state.entries, record.record_id)];
  return { ...withUpload(state, { phase: "done", sentence: message }), entries, used, limit };
};

/**
 * The picture was refused or lost; its file is kept for another try.
 * @type {(state: State, sentence: string, retryable: boolean) => State}
 */
export const uploadFailed = (state, sentence, retryable) =>
  withUpload(state, { phase: "failed", sentence, retryable });

/**
 * The reader is done with what the last upload said.
 * @type {(state: State) => State}
 */
export const uploadDismissed = (state) => (isSending(state) ? state : { ...state, upload: null });

/**
 * A record is shown under its new name already.
 * @type {(state: State, id: string, name: string) => State}
 */
export const renameStarted = (state, id, name) =>
  withEntry(state, id, () => ({ wantedName: name, problem: "" }));

/**
 * The server took the new name; a newer wish, if there is one, still waits for its answer.
 * @type {(state: State, id: string, name: string) => State}
 */
export const renameSucceeded = (state, id, name) =>
  withEntry(state, id, ({ record, wantedName }) => ({
    record: { ...record, image_name: name },
    wantedName: wantedName === name ? null : wantedName,
  }));

/**
 * A record is being deleted.
 * @type {(state: State, id: string) => State}
 */
export const removeStarted = (state, id) =>
  withEntry(state, id, () => ({ removing: true, problem: "" }));

/**
 * A record is gone and its place is free.
 * @type {(state: State, id: string) => State}
 */
export const removeSucceeded = (state, id) => ({
  ...state,
  entries: without(state.entries, id),
  used: Math.max(0, state.used - 1),
});

/**
 * A rename or a deletion failed: the record is shown as it was, with the reason.
 * @type {(state: State, id: string, problem: string) => State}
 */
export const changeFailed = (state, id, problem) =>
  withEntry(state, id, () => ({ wantedName: null, removing: false, problem }));

/** @type {(record: ImageRecord, known?: Entry) => Entry} */
const entryOf = (record, known) => ({
  ...(known ?? { wantedName: null, removing: false, problem: "" }),
  record,
});

/** @type {(entries: readonly Entry[], id: string) => Entry[]} */
const without = (entries, id) => entries.filter(({ record }) => record.record_id !== id);

/** @type {(state: State, change: Partial<Upload>) => State} */
const withUpload = (state, change) => ({
  ...state,
  upload: state.upload && { ...state.upload, ...change },
});

/** @type {(state: State, id: string, change: (entry: Entry) => Partial<Entry>) => State} */
const withEntry = (state, id, change) => ({
  ...state,
  entries: state.entries.map((entry) =>
    entry.record.record_id === id ? { ...entry, ...change(entry) } : entry,
  ),
});
