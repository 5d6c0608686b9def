// Deletions that can still be taken back: each waits its time, and no longer than the page is open.

/** @typedef {{ id: string, timer: number, left: number, since: number }} Pending */

const TIME_TO_UNDO = 6000; // milliseconds

/**
 * Runs a pending deletion when its time has passed, and all of them when the user leaves the page.
 * @param {(id: string) => void} onDue
 */
export function runUndo(onDue) {
  /** @type {Map<string, Pending>} */
  const pending = new Map();
  let held = false;

  /** @param {string} id */
  function finish(id) {
    const found = pending.get(id);
    if (!found) return;
    clearTimeout(found.timer);
    pending.delete(id);
    onDue(id);
  }

  /** @param {Pending} each */
  function run(each) {
    each.since = Date.now();
    each.timer = setTimeout(() => finish(each.id), each.left);
  }

  window.addEventListener("pagehide", () => {
    for (const id of [...pending.keys()]) finish(id);
  });

  return {
    /** @param {string} id */
    wait(id) {
      const each = { id, timer: 0, left: TIME_TO_UNDO, since: 0 };
      pending.set(id, each);
      if (!held) run(each);
    },
    /** Takes one back; false when it was too late. @type {(id: string) => boolean} */
    take(id) {
      clearTimeout(pending.get(id)?.timer);
      return pending.delete(id);
    },
    /** Names the one that can be taken back and was added last. @type {() => string | undefined} */
    latest: () => [...pending.keys()].at(-1),
    /** Pauses the timers while the user is about to undo, and resumes them. @type {(hold: boolean) => void} */
    hold(hold) {
      if (hold === held) return;
      held = hold;
      for (const each of pending.values()) {
        clearTimeout(each.timer);
        if (hold) each.left = Math.max(0, each.left - (Date.now() - each.since));
        else run(each);
      }
    },
  };
}
