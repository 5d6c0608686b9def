// The list of records, or a message while there are none to show.
import { listedEntries } from "../core/listing.js";
import { shownEntries } from "../core/state.js";
import { emit } from "../events.js";
import { adoptStyles, part } from "./markup.js";

/** @import { Entries, State } from "../types.js" */

/** @typedef {typeof import("./record-card.js").makeRecordCard} MakeCard */
/** @typedef {ReturnType<typeof import("./list-tools.js").mountListTools>} ListTools */

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
  /** @type {Map<string, ReturnType<MakeCard>>} */
  const cards = new Map();
  /** @type {MakeCard | null} */
  let makeCard = null;
  /** @type {State | null} */
  let latest = null;
  /** @type {ListTools | null} */
  let tools = null;
  let asked = false;
  /** the record to scroll to once it has a card */
  let awaited = "";

  part(section, "list-retry", HTMLButtonElement).addEventListener("click", () => {
    heading.focus();
    emit(section, "list-retry", null);
  });

  /** @type {(state: State, shown: Entries) => void} */
  function showStates(state, shown) {
    section.setAttribute("aria-busy", String(state.list === "loading"));
    loading.hidden = shown.length > 0 ? makeCard !== null : state.list !== "loading";
    failed.hidden = state.list !== "failed";
    part(failed, "list-problem").textContent = state.listProblem;
    empty.hidden = state.list !== "ready" || shown.length > 0;
    list.hidden = shown.length === 0;
  }

  /** @param {State} state */
  function dropGone({ entries }) {
    const kept = new Set(entries.map(({ record }) => record.record_id));
    for (const id of cards.keys()) if (!kept.has(id)) cards.delete(id);
  }

  // Cards are loaded with the first picture: an empty page does not need them.
  async function loadCards() {
    if (asked) return;
    asked = true;
    try {
      const [card, list] = await Promise.all([
        import("./record-card.js"),
        import("./list-tools.js"),
        adoptStyles("record-styles"),
      ]);
      makeCard = card.makeRecordCard;
      tools = list.mountListTools(root);
      if (latest) render(latest);
    } catch {
      // No connection; the next change of the state tries again.
      asked = false;
    }
  }

  /** @type {(state: State, makeCard: MakeCard) => void} */
  function showCards(state, makeCard) {
    const wanted = listedEntries(state).map((entry) => {
      const id = entry.record.record_id;
      const card = cards.get(id) ?? makeCard(entry, state.retentionDays);
      cards.set(id, card);
      card.render(entry, state.selected.has(id));
      return card.root;
    });
    const kept = new Set(wanted);
    for (const child of [...list.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
    // Moving an element takes its focus away, so only elements out of place move.
    wanted.forEach((child, position) => {
      if (list.children[position] !== child) list.insertBefore(child, list.children[position] ?? null);
    });
    if (cards.has(awaited)) scrollTo(awaited);
  }

  /** @param {string} id */
  function scrollTo(id) {
    awaited = "";
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    cards.get(id)?.root.scrollIntoView({ block: "nearest", behavior });
  }

  /** @param {State} state */
  function render(state) {
    latest = state;
    const shown = shownEntries(state);
    showStates(state, shown);
    dropGone(state);
    tools?.render(state);
    if (makeCard) showCards(state, makeCard);
    else if (shown.length > 0) loadCards();
  }

  return {
    render,
    /** Scrolls to a record, or does so once its card is there. @type {(id: string) => void} */
    reveal(id) {
      awaited = id;
      if (cards.has(id)) scrollTo(id);
    },
    /** Focuses a record, or the heading if the record is not in the list. @type {(id: string) => void} */
    focus(id) {
      const card = cards.get(id)?.root;
      (card?.isConnected ? card : heading).focus();
    },
  };
}
