// Which records the list shows, in which order, and which of them are selected. State in, state out.
import { shownName } from "./records.js";
import { shownEntries } from "./state.js";

/** @import { Entry, Entries, Sort, State } from "../types.js" */

/** @type {Record<Sort, ((one: Entry, other: Entry) => number) | null>} */
const ORDERS = {
  newest: null, // the server's own order
  oldest: null,
  name: (one, other) => collator.compare(shownName(one), shownName(other)),
  largest: (one, other) => pixelsOf(other) - pixelsOf(one),
};
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** @type {(value: string) => Sort} */
export const sortOf = (value) => (value === "oldest" || value === "name" || value === "largest" ? value : "newest");

/** The records that match the search, sorted. @type {(state: State) => Entries} */
export const listedEntries = (state) => {
  const searched = plain(state.search.trim());
  const found = shownEntries(state).filter((entry) => plain(shownName(entry)).includes(searched));
  if (state.sort === "oldest") return found.reverse();
  const order = ORDERS[state.sort];
  return order ? found.sort(order) : found;
};

/** The selected records, in the order of the list. @type {(state: State) => string[]} */
export const selectedIds = (state) => idsOf(state).filter((id) => state.selected.has(id));

/** Selects a record or clears it; a range reaches from the last one that was changed. @type {(state: State, id: string, range: boolean) => State} */
export const toggled = (state, id, range) => {
  const isOn = !state.selected.has(id);
  const selected = new Set(state.selected);
  for (const each of range ? between(idsOf(state), state.anchor, id) : [id]) {
    if (isOn) selected.add(each);
    else selected.delete(each);
  }
  return { ...state, selected, anchor: id };
};

/** @type {(state: State) => State} */
export const allSelected = (state) => ({ ...state, selected: new Set(idsOf(state)) });

/** @type {(state: State) => State} */
export const noneSelected = (state) => ({ ...state, selected: new Set(), anchor: "" });

/** A search clears the selection of what it hides, so that nobody deletes unseen records. @type {(state: State, search: string) => State} */
export const searched = (state, search) => {
  const next = { ...state, search };
  return { ...next, selected: new Set(selectedIds(next)) };
};

/** @type {(state: State) => string[]} */
const idsOf = (state) => listedEntries(state).map(({ record }) => record.record_id);

/** @type {(ids: string[], one: string, other: string) => string[]} */
const between = (ids, one, other) => {
  const ends = [ids.indexOf(one), ids.indexOf(other)].filter((position) => position >= 0);
  return ids.slice(Math.min(...ends), Math.max(...ends) + 1);
};

/** Ignores case and accents. @type {(text: string) => string} */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @type {(entry: Entry) => number} */
const pixelsOf = ({ record }) => (record.width ?? 0) * (record.height ?? 0);
