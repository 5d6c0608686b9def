// The reader's records, and what stands in their place while there are none to show.
import { emit } from "../events.js";
import { part } from "./markup.js";
import { makeRecordCard } from "./record-card.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").Entry} Entry */
/** @typedef {ReturnType<typeof makeRecordCard>} RecordCard */

/**
 * Wires the list of records; it emits list-retry, and its cards emit their own events.
 * @param {HTMLElement} root
 */
export function mountRecordList(root) {
  const section = part(root, "records");
  const heading = part(section, "records-heading");
  const list = part(section, "record-list");
  const loading = part(section, "list-loading");
  const empty = part(section, "list-empty");
  const failed = part(section, "list-failed");
  const problem = part(section, "list-problem");
  const usage = part(section, "usage");
  /** @type {Map<string, RecordCard>} */
  const cards = new Map();

  part(section, "list-retry", HTMLButtonElement).addEventListener("click", () => {
    heading.focus();
    emit(section, "list-retry", null);
  });

  /** @param {State} state */
  function showUsage({ list: phase, used, limit }) {
    usage.hidden = phase !== "ready";
    const meter = part(usage, "usage-meter", HTMLMeterElement);
    meter.max = limit;
    meter.value = used;
    part(usage, "usage-text").textContent = `${used} of ${limit} used`;
  }

  /** @param {readonly Entry[]} entries */
  function dropGone(entries) {
    const kept = new Set(entries.map((entry) => entry.record.record_id));
    for (const [id, card] of cards) {
      if (kept.has(id)) continue;
      const hadFocus = card.root.contains(document.activeElement);
      const neighbour = card.root.nextElementSibling ?? card.root.previousElementSibling;
      card.root.remove();
      cards.delete(id);
      if (hadFocus) (neighbour instanceof HTMLElement ? neighbour : heading).focus();
    }
  }

  /** @param {readonly Entry[]} entries */
  function showEntries(entries) {
    dropGone(entries);
    entries.forEach((entry, position) => {
      const id = entry.record.record_id;
      const card = cards.get(id) ?? makeRecordCard(entry);
      cards.set(id, card);
      card.render(entry);
      // Moving an element takes its focus away, so only what is out of place moves.
      if (list.children[position] !== card.root) {
        list.insertBefore(card.root, list.children[position] ?? null);
      }
    });
  }

  return {
    /** @param {State} state */
    render(state) {
      section.setAttribute("aria-busy", String(state.list === "loading"));
      loading.hidden = state.list !== "loading";
      failed.hidden = state.list !== "failed";
      problem.textContent = state.listProblem;
      empty.hidden = state.list !== "ready" || state.entries.length > 0;
      list.hidden = state.entries.length === 0;
      showUsage(state);
      showEntries(state.entries);
    },
  };
}
