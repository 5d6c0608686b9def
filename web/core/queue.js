// The pictures on their way to the server, and every way that queue changes: uploads in, uploads out.
/** @import { Queue, Upload } from "../types.js" */

/** How many pictures are sent at the same time. */
export const IN_FLIGHT = 2;

/** @type {(upload: Upload) => boolean} */
export const isActive = ({ phase }) => phase === "sending" || phase === "removing";

/** @type {(upload: Upload) => boolean} */
export const isEnded = ({ phase }) => phase === "done" || phase === "failed";

/** Puts a file at the queue's end. @type {(queue: Queue, id: string, file: File, wanted: boolean) => Queue} */
export const added = (queue, id, file, wanted) => [...queue, newUpload(id, file, wanted)];

/** @type {(id: string, file: File, wanted: boolean) => Upload} */
const newUpload = (id, file, wanted) => ({
  id,
  file,
  name: "",
  phase: "checking",
  wanted,
  percent: 0,
  sentence: "",
  retryable: false,
  until: 0,
  attempts: 0,
});

/** A file was looked at; one with a problem is refused for good. @type {(queue: Queue, id: string, problem: string) => Queue} */
export const checked = (queue, id, problem) =>
  changed(queue, id, (upload) =>
    problem
      ? { phase: "failed", sentence: problem, retryable: false }
      : { phase: upload.wanted ? "waiting" : "chosen" },
  );

/** The chosen pictures are to be sent; the name is for the only one. @type {(queue: Queue, name: string) => Queue} */
export const submitted = (queue, name) =>
  queue.map((upload) =>
    upload.phase === "chosen" || upload.phase === "checking"
      ? { ...upload, name, wanted: true, phase: upload.phase === "chosen" ? "waiting" : "checking" }
      : upload,
  );

/** @type {(queue: Queue, id: string) => Queue} */
export const started = (queue, id) =>
  changed(queue, id, ({ attempts }) => ({ phase: "sending", percent: 0, sentence: "", attempts: attempts + 1 }));

/** A part has been sent; once all of it has, the server is at work. @type {(queue: Queue, id: string, fraction: number) => Queue} */
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

/** It takes its turn again, asked for or not. @type {(queue: Queue, id: string) => Queue} */
export const requeued = (queue, id) => changed(queue, id, () => ({ phase: "waiting", sentence: "" }));

/** @type {(queue: Queue, id: string) => Queue} */
export const dropped = (queue, id) => queue.filter((upload) => upload.id !== id);

/**
 * Splits those that wait into those the limit has a place for, and those beyond it.
 * @type {(queue: Queue, free: number) => { fitting: Upload[], beyond: Upload[] }}
 */
export const admitted = (queue, free) => {
  const held = queue.filter((upload) => isActive(upload) || upload.phase === "paused").length;
  // What nobody has sent for yet does not stand in the way of what has been.
  const waiting = ["waiting", "chosen"].flatMap((wanted) => queue.filter(({ phase }) => phase === wanted));
  const places = Math.max(0, free - held);
  return { fitting: waiting.slice(0, places), beyond: waiting.slice(places) };
};

/**
 * Says which pictures can be sent now: in turn, two at a time, none while the server asks to wait.
 * @type {(queue: Queue, free: number) => Upload[]}
 */
export const startable = (queue, free) => {
  if (queue.some(({ phase }) => phase === "paused")) return [];
  const hands = IN_FLIGHT - queue.filter(isActive).length;
  const ready = admitted(queue, free).fitting.filter(({ phase }) => phase === "waiting");
  return ready.slice(0, Math.max(0, hands));
};

/** @type {(queue: Queue, id: string, change: (upload: Upload) => Partial<Upload>) => Queue} */
const changed = (queue, id, change) =>
  queue.map((upload) => (upload.id === id ? { ...upload, ...change(upload) } : upload));
