// Sends the queued pictures two at a time, and waits when the limit, the server or the connection requires it.
import { upload } from "../api.js";
import { fileProblem, measureProblem } from "../core/checks.js";
import { codeOf, explain } from "../core/messages.js";
import * as queue from "../core/queue.js";
import { freePlaces, uploadArrived, uploadDropped, withQueue } from "../core/state.js";
import { measure } from "./measure.js";

/** @import { Queue, Store, Upload } from "../types.js" */

// The same file would fail again, so no second try is offered.
const FILE_AT_FAULT = new Set(["image_too_large", "unsupported_image", "unreadable_image"]);
// After these the page's list may be out of date, or the session gone.
const LIST_IN_DOUBT = new Set(["limit_reached", "network", "timeout", "unauthorized"]);
const MOST_ATTEMPTS = 3;
const USUAL_WAIT = 15; // seconds, when the server names none
const LONGEST_WAIT = 15 * 60;
const DONE_STAYS = 6000; // milliseconds
const LATE_RESULT = 10_000;

/**
 * Runs the queue.
 * @param {Store} store
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {() => void} page.onLost an upload got no answer
 * @param {() => void} page.onDoubt the page's list may be out of date
 * @param {(recordId: string) => void} page.onArrived
 */
export function runUploads(store, { say, onLost, onDoubt, onArrived }) {
  /** @type {Map<string, AbortController>} */
  const running = new Map();

  /** @param {(uploads: Queue) => Queue} change */
  function change(change) {
    store.update((state) => withQueue(state, change(state.queue)));
  }

  /** @param {string} id */
  const isKept = (id) => store.get().queue.some((each) => each.id === id);

  /** Starts every upload that may start now. */
  function pump() {
    const state = store.get();
    if (state.list !== "ready" || state.connection !== "online") return;
    for (const each of queue.startable(state.queue, freePlaces(state))) send(each);
  }

  /** @param {Upload} each */
  async function send({ id, file, toRemove }) {
    const control = new AbortController();
    running.set(id, control);
    change((uploads) => queue.started(uploads, id));
    try {
      const answer = await upload(id, file, toRemove, control.signal, (fraction) => follow(id, fraction));
      store.update((state) => uploadArrived(state, id, answer));
      say(`${answer.record.image_name}: ${answer.message}`);
      onArrived(answer.record.record_id);
      setTimeout(() => store.update((state) => uploadDropped(state, id)), DONE_STAYS);
    } catch (failure) {
      if (isKept(id)) judge(id, failure);
    } finally {
      running.delete(id);
      pump();
    }
  }

  /** @type {(id: string, fraction: number) => void} */
  function follow(id, fraction) {
    const known = store.get().queue.find((each) => each.id === id);
    const percent = Math.floor(fraction * 100);
    if (!known || (known.percent === percent && fraction < 1)) return;
    change((uploads) => queue.progressed(uploads, id, fraction));
  }

  /** @type {(id: string, failure: unknown) => void} */
  function judge(id, failure) {
    const code = codeOf(failure);
    const attempts = store.get().queue.find((each) => each.id === id)?.attempts ?? 0;
    if (code === "network") onLost();
    // The server may have kept it already; the same key keeps it from being stored twice.
    if (code === "network" && (attempts < MOST_ATTEMPTS || !navigator.onLine)) {
      return change((uploads) => queue.requeued(uploads, id));
    }
    if ((code === "rate_limited" || code === "overloaded") && mayWait(failure, attempts)) return pause(id, failure);
    if (code === "upload_in_progress") return askAgain(id, failure);
    fail(id, explain(failure), !FILE_AT_FAULT.has(code));
    if (LIST_IN_DOUBT.has(code)) onDoubt();
  }

  /** @type {(id: string, sentence: string, retryable: boolean) => void} */
  function fail(id, sentence, retryable) {
    change((uploads) => queue.failed(uploads, id, sentence, retryable));
    say(sentence);
  }

  /** @type {(id: string, failure: unknown) => void} */
  function pause(id, failure) {
    const until = Date.now() + waitOf(failure) * 1000;
    change((uploads) => queue.paused(uploads, id, explain(failure), until));
    say(`${explain(failure)} It is sent again by itself.`);
    setTimeout(() => {
      const paused = store.get().queue.find((each) => each.id === id);
      if (paused?.phase === "paused") retry(id);
    }, until - Date.now());
  }

  /** Repeats an upload that the server still works on: the same key returns its result. @type {(id: string, failure: unknown) => void} */
  function askAgain(id, failure) {
    change((uploads) => queue.stillRemoving(uploads, id));
    setTimeout(() => {
      const running = store.get().queue.find((each) => each.id === id);
      if (running?.phase === "removing") send(running);
    }, waitOf(failure) * 1000);
  }

  /** @param {string} id */
  function retry(id) {
    change((uploads) => queue.requeued(uploads, id));
    pump();
  }

  /** @type {(id: string, file: File) => Promise<void>} */
  async function check(id, file) {
    const bounds = store.get();
    const problem = fileProblem(file, bounds) || measureProblem(await measure(file), bounds);
    if (!isKept(id)) return;
    change((uploads) => queue.checked(uploads, id, problem));
    if (problem) say(`${file.name}: ${problem}`);
    pump();
  }

  return {
    pump,
    retry,
    /** @type {(files: readonly File[]) => void} */
    add(files) {
      const { toRemove } = store.get();
      for (const file of files) {
        const id = crypto.randomUUID?.() ?? String(Math.random());
        change((uploads) => queue.added(uploads, id, file, toRemove));
        check(id, file);
      }
    },
    /** @type {(id: string) => void} */
    cancel(id) {
      store.update((state) => uploadDropped(state, id));
      const control = running.get(id);
      control?.abort();
      // The server may still finish what had reached it; the list then has a new record.
      if (control) setTimeout(onDoubt, LATE_RESULT);
      pump();
    },
  };
}

/** @type {(failure: unknown, attempts: number) => boolean} */
const mayWait = (failure, attempts) => waitOf(failure) <= LONGEST_WAIT && attempts <= MOST_ATTEMPTS;

/** @type {(failure: unknown) => number} */
const waitOf = (failure) =>
  (failure instanceof Error && "retryAfter" in failure && Number(failure.retryAfter)) || USUAL_WAIT;
