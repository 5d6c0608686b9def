// The upload queue and its changes. Pure functions: a queue in, a new queue out.
/** @import { Queue, ToRemove, Upload } from "../types.js" */

/** The number of pictures sent at the same time. */
export const IN_FLIGHT = 2;

/** @type {(upload: Upload) => boolean} */
export const isActive = ({ phase }) => phase === "sending" || phase === "removing";

/** @type {(upload: Upload) => boolean} */
export const isEnded = ({ phase }) => phase === "done" || phase === "failed";

/** Appends a file to the queue. @type {(queue: Queue, id: string, file: File, toRemove: ToRemove) => Queue} */
export const added = (queue, id, file, toRemove) => [...queue, newUpload(id, file, toRemove)];

/** @type {(id: string, file: File, toRemove: ToRemove) => Upload} */
const newUpload = (id, file, toRemove) => ({
  id,
  file,
  toRemove,
  phase: "checking",
  percent: 0,
  sentence: "",
  retryable: false,
  until: 0,
  attempts: 0,
});

/** Queues a file that passed its check and refuses one that did not. @type {(queue: Queue, id: string, problem: string) => Queue} */
export const checked = (queue, id, problem) =>
  changed(queue, id, () =>
    problem ? { phase: "failed", sentence: problem, retryable: false } : { phase: "waiting" },
  );

/** @type {(queue: Queue, id: string) => Queue} */
export const started = (queue, id) =>
  changed(queue, id, ({ attempts }) => ({ phase: "sending", percent: 0, sentence: "", attempts: attempts + 1 }));

/** Records how much has been sent; after the last byte the server removes the background. @type {(queue: Queue, id: string, fraction: number) => Queue} */
export const progressed = (queue, id, fraction) =>
  changed(queue, id, () => ({
    phase: fraction >= 1 ? "removing" : "sending",
    percent: Math.floor(fraction * 100),
  }));

/** @type {(queue: Queue, id: string, sentence: string) => Queue} */
export const succeeded = (queue, id, sentence) => changed(queue, id, () => ({ phase: "done", sentence }));

/** @type {(queue: Queue, id: string, sentence: string, retryable: boolean) => Queue} */
export const failed = (queue, id, sentence, retryable) =>
  changed(queue, id, () => ({ phase: "failed", sentence, retryable, attempts: 0 }));

/** @type {(queue: Queue, id: string, sentence: string, until: number) => Queue} */
export const paused = (queue, id, sentence, until) =>
  changed(queue, id, () => ({ phase: "paused", sentence, until }));

/** The server still works on an earlier attempt of the same upload. @type {(queue: Queue, id: string) => Queue} */
export const stillRemoving = (queue, id) => changed(queue, id, () => ({ phase: "removing", attempts: 0 }));

/** Queues an upload again. @type {(queue: Queue, id: string) => Queue} */
export const requeued = (queue, id) => changed(queue, id, () => ({ phase: "waiting", sentence: "" }));

/** @type {(queue: Queue, id: string) => Queue} */
export const dropped = (queue, id) => queue.filter((upload) => upload.id !== id);

/**
 * Splits the waiting uploads into those that fit within the limit and those beyond it.
 * @type {(queue: Queue, free: number) => { fitting: Upload[], beyond: Upload[] }}
 */
export const admitted = (queue, free) => {
  const occupied = queue.filter((upload) => isActive(upload) || upload.phase === "paused").length;
  const waiting = queue.filter(({ phase }) => phase === "waiting");
  const slots = Math.max(0, free - occupied);
  return { fitting: waiting.slice(0, slots), beyond: waiting.slice(slots) };
};

/**
 * Returns the uploads to start now: in order, two at a time, none while the server asks to wait.
 * @type {(queue: Queue, free: number) => Upload[]}
 */
export const startable = (queue, free) => {
  if (queue.some(({ phase }) => phase === "paused")) return [];
  const idle = IN_FLIGHT - queue.filter(isActive).length;
  return admitted(queue, free).fitting.slice(0, Math.max(0, idle));
};

/** @type {(queue: Queue, id: string, change: (upload: Upload) => Partial<Upload>) => Queue} */
const changed = (queue, id, change) =>
  queue.map((upload) => (upload.id === id ? { ...upload, ...change(upload) } : upload));
