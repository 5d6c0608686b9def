// Above the records: how many are kept, and the download of several as an archive.
import { shownUsed } from "../core/state.js";
import { emit } from "../events.js";
import { part } from "./markup.js";

/** @import { State } from "../types.js" */

/**
 * Wires the head of the list; it emits bundle-start and bundle-cancel.
 * @param {HTMLElement} root
 */
export function mountRecordsHead(root) {
  const usage = part(root, "usage");
  const meter = part(usage, "usage-meter", HTMLMeterElement);
  const all = part(root, "download-all", HTMLButtonElement);
  const bundle = part(root, "bundle");
  const cancel = part(bundle, "bundle-cancel", HTMLButtonElement);

  all.addEventListener("click", () => emit(all, "bundle-start", { ids: null }));
  cancel.addEventListener("click", () => emit(cancel, "bundle-cancel", null));

  /** @param {State} state */
  function showUsage(state) {
    usage.classList.toggle("is-unknown", state.list !== "ready");
    meter.max = state.limit || 1;
    meter.value = shownUsed(state);
    part(usage, "usage-text").textContent = `${shownUsed(state)} of ${state.limit} used`;
  }

  /** @param {State} state */
  function showBundle({ bundle: running, ...state }) {
    const hadFocus = bundle.contains(document.activeElement) || document.activeElement === all;
    all.hidden = running !== null || !state.entries.some((entry) => !entry.leaving);
    bundle.hidden = running === null;
    if (running) fill(running.done, running.total);
    if (hadFocus) (running ? cancel : all).focus();
  }

  /** @type {(done: number, total: number) => void} */
  function fill(done, total) {
    const bar = part(bundle, "bundle-bar", HTMLProgressElement);
    bar.max = total;
    bar.value = done;
    part(bundle, "bundle-text").textContent = `${done + 1} of ${total}`;
  }

  return {
    /** @param {State} state */
    render(state) {
      showUsage(state);
      showBundle(state);
    },
  };
}
