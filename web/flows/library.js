// The records on the server: listing them, renaming, and deleting once there is no way back.
import * as api from "../api.js";
import { codeOf, explain } from "../core/messages.js";
import * as records from "../core/records.js";
import { noneSelected } from "../core/listing.js";
import * as change from "../core/state.js";

/** @import { Entries, Store } from "../types.js" */

/**
 * Keeps the page's records and the server's the same.
 * @param {Store} store
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {() => void} page.onChange there may be room for what waits
 * @param {() => void} page.onLost a call got no answer
 */
export function runLibrary(store, { say, onChange, onLost }) {
  /** @type {(edit: (entries: Entries) => Entries) => void} */
  const edit = (edit) => store.update((state) => change.withEntries(state, edit(state.entries)));

  async function fetchList() {
    const answer = await api.list();
    store.update((state) => change.listArrived(state, answer));
    onChange();
  }

  /** Fetches the list in place of what the page shows. */
  async function load() {
    store.update(change.listAsked);
    try {
      await fetchList();
    } catch (failure) {
      store.update((state) => change.listFailed(state, explain(failure)));
      say(explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  /** Updates the list; if that fails, the page keeps the old one. */
  async function refresh() {
    if (store.get().list !== "ready") return load();
    try {
      await fetchList();
    } catch {
      // What the page shows is still the best that is known.
    }
  }

  /** @type {(id: string, name: string) => Promise<void>} */
  async function rename(id, name) {
    edit((entries) => records.renameStarted(entries, id, name));
    try {
      await api.rename(id, name);
      edit((entries) => records.renameSucceeded(entries, id, name));
      say(`Renamed to ${name}.`);
    } catch (failure) {
      edit((entries) => records.renameFailed(entries, id, explain(failure)));
      say(explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  /** @param {string} id */
  async function remove(id) {
    try {
      await api.remove(id);
      store.update((state) => change.removed(state, id));
      onChange();
    } catch (failure) {
      notRemoved(id, failure);
    }
  }

  /** @type {(id: string, failure: unknown) => void} */
  function notRemoved(id, failure) {
    // Another page deleted it first, which is the wanted result.
    if (codeOf(failure) === "not_found") {
      store.update((state) => change.removed(state, id));
      return onChange();
    }
    edit((entries) => records.withEntry(entries, id, { leaving: false, problem: `Not deleted. ${explain(failure)}` }));
    say(`Not deleted. ${explain(failure)}`);
    if (codeOf(failure) === "network") onLost();
  }

  return {
    load,
    refresh,
    rename,
    remove,
    /** Removes records from the page, or restores them at their places. @type {(ids: readonly string[], leaving: boolean) => void} */
    setLeaving(ids, leaving) {
      edit((entries) => ids.reduce((rest, id) => records.withEntry(rest, id, { leaving, problem: "" }), entries));
      store.update(noneSelected);
    },
  };
}
