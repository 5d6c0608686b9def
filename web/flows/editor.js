// Touch-up: loads a picture and its matte, passes them to the editor and saves the result.
import { image, putMatte } from "../api.js";
import { mountEditorDialog } from "../components/editor-dialog.js";
import { adoptStyles } from "../components/markup.js";
import { greyPng } from "../core/grey-png.js";
import { codeOf, explain } from "../core/messages.js";
import { findEntry, shownName, withEntry } from "../core/records.js";
import { withEntries } from "../core/state.js";
import { makeSurface } from "../editor/surface.js";
import { readAlpha, readColors } from "./pixels.js";

/** @import { Entry, ImageRecord, Store } from "../types.js" */
/** @import { Surface } from "../editor/surface.js" */

const NOT_SHOWN = "This browser cannot show the original of this picture, so it cannot be touched up here. HEIC and TIFF are such formats.";
const NOT_SAVED_YET = "This picture was changed elsewhere in the meantime. What you have drawn is still here: save again to put it in place of that change.";

/**
 * Runs the editor.
 * @param {Store} store
 * @param {HTMLElement} root
 * @param {object} page
 * @param {(sentence: string) => void} page.say
 * @param {() => void} page.onLost
 * @param {() => Promise<void>} page.refresh
 */
export async function runEditor(store, root, { say, onLost, refresh }) {
  await adoptStyles("editor-styles");
  const dialog = mountEditorDialog(root, { onSave: (surface) => save(surface), onClose: () => (edited = "") });
  let edited = "";

  /** @type {() => Entry | undefined} */
  const entry = () => findEntry(store.get().entries, edited);

  /** @param {string} id */
  async function open(id) {
    edited = id;
    const opened = entry();
    if (!opened) return;
    dialog.open(opened);
    const canvas = dialog.canvas();
    try {
      const made = await surfaceOf(opened, canvas);
      // Closed while it loaded, and perhaps opened for another picture.
      if (canvas !== dialog.canvas()) return;
      if (made) dialog.edit(made);
      else dialog.tell(NOT_SHOWN);
    } catch (failure) {
      if (canvas !== dialog.canvas()) return;
      dialog.tell(explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  /** @type {(entry: Entry, canvas: HTMLCanvasElement) => Promise<Surface | null>} */
  async function surfaceOf({ record, file }, canvas) {
    const [cutOut, original] = await Promise.all([image(record.processed_url), file ?? image(record.original_url)]);
    const [matte, picture] = await Promise.all([readAlpha(cutOut), readColors(original)]);
    if (!matte || !picture || matte.width !== picture.width || matte.height !== picture.height) return null;
    return makeSurface(canvas, picture, matte.pixels, dialog.showTools);
  }

  /** @param {Surface} surface */
  async function save({ matte: { width, height, alpha } }) {
    const saved = entry();
    if (!saved) return dialog.close();
    dialog.tell("Saving…", true);
    try {
      const record = await putMatte(saved.record, await greyPng(width, height, alpha));
      replace(record);
      say(`${shownName(saved)} is saved.`);
      dialog.close();
    } catch (failure) {
      await notSaved(failure);
    }
  }

  /** @param {ImageRecord} record */
  function replace(record) {
    store.update((state) => withEntries(state, withEntry(state.entries, record.record_id, { record })));
  }

  /** @param {unknown} failure */
  async function notSaved(failure) {
    const code = codeOf(failure);
    // Saving again then names the revision that is there now.
    if (code === "revision_changed") await refresh();
    if (code === "network") onLost();
    dialog.tell(code === "revision_changed" ? NOT_SAVED_YET : `Not saved. ${explain(failure)}`);
  }

  return { open };
}
