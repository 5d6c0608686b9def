// The pictures on their way, one row each.
import { admitted } from "../core/queue.js";
import { freePlaces, shownUsed } from "../core/state.js";
import { part } from "./markup.js";
import { makeUploadRow } from "./upload-row.js";

/** @import { State, Upload } from "../types.js" */

/**
 * Wires the queue; its rows emit their own events.
 * @param {HTMLElement} root
 */
export function mountUploadQueue(root) {
  const list = part(root, "upload-queue");
  const choose = part(root, "choose", HTMLButtonElement);
  /** @type {Map<string, ReturnType<typeof makeUploadRow>>} */
  const rows = new Map();

  /** @param {readonly Upload[]} queue */
  function dropGone(queue) {
    const kept = new Set(queue.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (kept.has(id)) continue;
      if (row.root.contains(document.activeElement)) focusNextTo(row.root);
      row.end();
      row.root.remove();
      rows.delete(id);
    }
  }

  /** @param {HTMLElement} row */
  function focusNextTo(row) {
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    const button = neighbour?.querySelector("[data-part='upload-cancel']");
    (button instanceof HTMLElement ? button : choose).focus();
  }

  /** @param {Upload} upload */
  function rowOf(upload) {
    const known = rows.get(upload.id);
    if (known) return known;
    const row = makeUploadRow(upload);
    rows.set(upload.id, row);
    list.append(row.root);
    // In a long queue the newest row would be below the visible part.
    requestAnimationFrame(() => list.scrollTo({ top: list.scrollHeight }));
    return row;
  }

  return {
    /** @param {State} state */
    render(state) {
      list.hidden = state.queue.length === 0;
      dropGone(state.queue);
      const beyond = new Set(admitted(state.queue, freePlaces(state)).beyond);
      const beyondAll = new Set(admitted(state.queue, state.limit - shownUsed(state)).beyond);
      const connected = state.connection === "online";
      for (const upload of state.queue) {
        rowOf(upload).render(upload, {
          beyond: beyond.has(upload),
          soon: !beyondAll.has(upload),
          connected,
        });
      }
    },
  };
}
