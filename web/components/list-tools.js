// Search, sort, and what can be done with the selected records.
import { pictures } from "../core/format.js";
import { listedEntries, selectedIds, sortOf } from "../core/listing.js";
import { shownEntries } from "../core/state.js";
import { emit } from "../events.js";
import { isTyping } from "./page-input.js";
import { part } from "./markup.js";

/** @import { State } from "../types.js" */

const TYPING_PAUSE = 600; // milliseconds

/**
 * Wires the tools above the list; they emit the records- events and bundle-start.
 * @param {HTMLElement} root
 */
export function mountListTools(root) {
  const section = part(root, "records");
  const heading = part(section, "records-heading");
  const tools = part(section, "list-tools");
  const find = part(tools, "list-find");
  const search = part(tools, "search", HTMLInputElement);
  const sort = part(tools, "sort", HTMLSelectElement);
  const selection = part(tools, "selection");
  const nothing = part(section, "list-nothing");
  /** @type {string[]} */
  let selected = [];
  let found = 0;
  let timer = 0;

  /** @type {Record<string, () => void>} */
  const actions = {
    "selection-all": () => emit(tools, "records-select-all", null),
    "selection-none": clear,
    "selection-download": () => emit(tools, "bundle-start", { ids: selected }),
    "selection-remove": () => emit(tools, "records-remove", { ids: selected }),
    "search-clear": () => {
      search.value = "";
      emit(tools, "records-search", { text: "" });
      search.focus();
    },
  };
  for (const [name, act] of Object.entries(actions)) {
    part(section, name, HTMLButtonElement).addEventListener("click", act);
  }
  search.addEventListener("input", () => {
    emit(tools, "records-search", { text: search.value });
    clearTimeout(timer);
    timer = setTimeout(() => emit(tools, "page-say", { sentence: `${pictures(found)} found` }), TYPING_PAUSE);
  });
  sort.addEventListener("change", () => emit(tools, "records-sort", { sort: sortOf(sort.value) }));
  section.addEventListener("keydown", (event) => {
    const act = shortcut(event);
    if (!act) return;
    event.preventDefault();
    act();
  });

  function clear() {
    if (selection.contains(document.activeElement)) heading.focus();
    emit(tools, "records-select-none", null);
  }

  /** @type {(event: KeyboardEvent) => (() => void) | undefined} */
  function shortcut(event) {
    if (isTyping() || event.defaultPrevented) return undefined;
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) return actions["selection-all"];
    if (selected.length === 0) return undefined;
    return { Delete: actions["selection-remove"], Escape: clear }[event.key];
  }

  return {
    /** @param {State} state */
    render(state) {
      selected = selectedIds(state);
      found = listedEntries(state).length;
      const kept = shownEntries(state).length;
      tools.hidden = kept < 2 && selected.length === 0 && !state.search;
      find.hidden = selected.length > 0;
      selection.hidden = selected.length === 0;
      nothing.hidden = kept === 0 || found > 0;
      part(selection, "selection-text").textContent = `${selected.length} selected`;
    },
  };
}
