// Connects components, state and flows: data goes down, events come up.
import { mountConnection } from "./components/connection.js";
import { isTyping, mountPageInput } from "./components/page-input.js";
import { mountRecordList } from "./components/record-list.js";
import { mountRecordsHead } from "./components/records-head.js";
import { mountAnnouncer, mountToasts } from "./components/toasts.js";
import { mountUploadForm } from "./components/upload-form.js";
import { mountUploadQueue } from "./components/upload-queue.js";
import { pictures } from "./core/format.js";
import * as listing from "./core/listing.js";
import { SUCCESS_CODE, findSentence, sentenceOf } from "./core/messages.js";
import { shownName, withEntry, withLook } from "./core/records.js";
import { initialState, makeStore, shownEntries, withEntries } from "./core/state.js";
import { listen } from "./events.js";
import { watchConnection } from "./flows/connection.js";
import { runLibrary } from "./flows/library.js";
import { runUndo } from "./flows/undo.js";
import { runUploads } from "./flows/uploads.js";

const page = document.body;
const say = mountAnnouncer(page);
listen(page, "page-say", ({ sentence, shown }) => (shown ? complain(sentence) : say(sentence)));

const toasts = mountToasts(page);
const records = mountRecordList(page);
const views = [mountUploadQueue(page), mountUploadForm(page), mountPageInput(page), mountRecordsHead(page), records, mountConnection(page)];

const store = makeStore(initialState(), (state) => {
  for (const view of views) view.render(state);
});
const connection = watchConnection(store, goOn);
const { lost: onLost } = connection;
const library = runLibrary(store, { say, onLost, onChange: () => uploads.pump() });
const uploads = runUploads(store, { say, onLost, onDoubt: library.refresh, onArrived });
// Records that were deleted together are undone together: their ids, joined, are the key.
const undo = runUndo((key) => {
  const ids = key.split(" ");
  const hadFocus = toasts.hasFocus(key);
  toasts.remove(key);
  if (hadFocus) records.focus(ids[0] ?? "");
  for (const id of ids) library.remove(id);
});

let placeOfChoice = 0;

// Loaded when first used.
const later = {
  exports: once(async () => (await import("./flows/exports.js")).runExports(store, { say, onLost })),
  backdrops: once(async () => (await import("./flows/backdrops.js")).runBackdrops(store, page, { say, note, onLost })),
  bundle: once(async () => (await import("./flows/bundle.js")).runBundle(store, { say, complain })),
  editor: once(async () => (await import("./flows/editor.js")).runEditor(store, page, { say, onLost, refresh: library.refresh })),
  framing: once(async () => {
    const framing = await (await import("./flows/framing.js")).runFraming(store, page, { onLost });
    views.push(framing);
    // Blurred originals, other pictures and "Apply to all" are asked for in its dialog.
    await later.backdrops(() => {});
    return framing;
  }),
  folders: once(() => import("./flows/folders.js")),
  zoom: once(async () => (await import("./flows/zoom.js")).runZoom(store, page, { say })),
};

/**
 * Loads on first use, and again only after a failure.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {(use: (loaded: T) => unknown) => Promise<void>}
 */
function once(load) {
  /** @type {Promise<T> | null} */
  let loaded = null;
  return async (use) => {
    try {
      loaded ??= load();
      await loaded;
    } catch {
      loaded = null;
      return complain(sentenceOf("network"));
    }
    await use(await loaded);
  };
}

/** @param {string} sentence */
function note(sentence) {
  toasts.note(sentence, "good");
  say(sentence);
}

/** @param {string} sentence */
function complain(sentence) {
  toasts.note(sentence, "bad");
  say(sentence);
}

/** The connection is back: calls that got no answer may have succeeded, so the list is fetched again. */
function goOn() {
  library.refresh();
  uploads.pump();
}

/** Scrolls to the first cut-out if the user still waits at the upload form. @param {string} id */
function onArrived(id) {
  if (scrollY === placeOfChoice && !document.querySelector("dialog[open]")) records.reveal(id);
}

/** @type {(files: readonly File[]) => void} */
function addPictures(files) {
  placeOfChoice = scrollY;
  uploads.add(files);
  // Uploads start only after the list has answered once.
  if (store.get().list === "failed") library.load();
}

/** @type {(files: () => File[] | Promise<File[]>) => Promise<void>} */
const addFolder = (files) =>
  later.folders(async ({ picturesOf }) => {
    const { pictures, others } = picturesOf(await files());
    if (pictures.length === 0) return complain("There is no picture in this folder.");
    addPictures(pictures);
    if (others > 0) note(`${others === 1 ? "1 file is not a picture and was" : `${others} files are not pictures and were`} left out.`);
  });

/** @param {readonly string[]} ids */
function removeRecords(ids) {
  const entries = shownEntries(store.get()).filter(({ record }) => ids.includes(record.record_id));
  const [first] = entries;
  if (!first) return;
  const key = entries.map(({ record }) => record.record_id).join(" ");
  library.setLeaving(ids, true);
  undo.wait(key);
  const what = entries.length === 1 ? shownName(first) : pictures(entries.length);
  toasts.offerUndo(key, `Deleted ${what}.`);
  say(`Deleted ${what}. It can be undone for a few seconds.`);
}

/** @param {string} key */
function undoRemoval(key) {
  if (!undo.take(key)) return;
  const ids = key.split(" ");
  library.setLeaving(ids, false);
  records.focus(ids[0] ?? "");
  toasts.remove(key);
  say(ids.length === 1 ? "The picture is back." : "The pictures are back.");
}

// A form sent without JavaScript redirects to ?flash=<code>. The code is removed from the address,
// so that a reload or a shared link does not show it again.
function showFlash() {
  const address = new URL(location.href);
  const code = address.searchParams.get("flash");
  if (code === null) return;
  address.searchParams.delete("flash");
  address.hash = "";
  history.replaceState(history.state, "", address);
  const sentence = findSentence(code);
  if (!sentence) return;
  toasts.note(sentence, code === SUCCESS_CODE ? "good" : "bad");
  say(sentence);
}

listen(page, "pictures-add", ({ files }) => addPictures(files));
listen(page, "folder-add", ({ files }) => addFolder(() => files));
listen(page, "folder-drop", ({ entries }) => later.folders(({ filesIn }) => addFolder(() => filesIn(entries))));
listen(page, "to-remove", ({ toRemove }) => store.update((state) => ({ ...state, toRemove })));
listen(page, "upload-retry", ({ id }) => uploads.retry(id));
listen(page, "upload-cancel", ({ id }) => uploads.cancel(id));
listen(page, "connection-retry", connection.look);
listen(page, "list-retry", library.load);
listen(page, "bundle-start", ({ ids }) => later.bundle((bundle) => bundle.start(ids)));
listen(page, "bundle-cancel", () => later.bundle((bundle) => bundle.cancel()));
listen(page, "record-wake", () => later.exports(() => {}));
listen(page, "record-rename", ({ id, name }) => library.rename(id, name));
listen(page, "record-select", ({ id, range }) => store.update((state) => listing.toggled(state, id, range)));
listen(page, "records-search", ({ text }) => store.update((state) => listing.searched(state, text)));
listen(page, "records-sort", ({ sort }) => store.update((state) => ({ ...state, sort })));
listen(page, "records-select-all", () => store.update(listing.allSelected));
listen(page, "records-select-none", () => store.update(listing.noneSelected));
listen(page, "records-remove", ({ ids }) => removeRecords(ids));
listen(page, "record-zoom", ({ id }) => later.zoom((zoom) => zoom.open(id)));
listen(page, "record-touch-up", ({ id }) => later.editor((editor) => editor.open(id)));
listen(page, "record-copy", ({ id }) => later.exports((exports) => exports.copy(id)));
listen(page, "record-save", ({ id }) => later.exports((exports) => exports.save(id)));
listen(page, "record-frame", ({ id }) => later.framing((framing) => framing.open(id)));
listen(page, "record-look", ({ id, look }) =>
  store.update((state) => withEntries(state, withLook(state.entries, id, look))),
);
listen(page, "record-backdrop", ({ id, backdrop }) =>
  store.update((state) => withEntries(state, withEntry(state.entries, id, { backdrop }))),
);
listen(page, "record-backdrop-ask", ({ id }) => later.backdrops((backdrops) => backdrops.ask(id)));
listen(page, "toast-undo", ({ id }) => undoRemoval(id));
listen(page, "toast-hold", ({ held }) => undo.hold(held));
document.addEventListener("keydown", (event) => {
  const latest = undo.latest();
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  if (!latest || isTyping()) return;
  event.preventDefault();
  undoRemoval(latest);
});
// A page restored from the back/forward cache sent its pending deletions when it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) library.refresh();
});
showFlash();
library.load();
window.addEventListener("load", async () => (await import("./flows/shared.js")).takeShared(addPictures));
