// Framing: shows how a picture will leave the page, and makes its file as soon as it stays the same for a moment.
import { image } from "../api.js";
import { mountFrameDialog } from "../components/frame-dialog.js";
import { adoptStyles } from "../components/markup.js";
import { FORMATS, isArranged } from "../core/backdrop.js";
import { fileName } from "../core/file-names.js";
import { fileSize } from "../core/format.js";
import { frameOf } from "../core/framing.js";
import { codeOf, explain } from "../core/messages.js";
import { findEntry, shownName } from "../core/records.js";
import { arrange, paint, subjectOf } from "./compose.js";

/** @import { Entry, Store } from "../types.js" */
/** @import { Box } from "../core/framing.js" */

const REST = 400; // milliseconds
const PREVIEW_SIDE = 1200; // pixels

/** @typedef {{ id: string, cutOut: Blob, preview: ImageBitmap, width: number, height: number, subject: Box | null }} Framed */

/**
 * Runs the frame dialog.
 * @param {Store} store
 * @param {HTMLElement} root
 * @param {object} page
 * @param {() => void} page.onLost
 */
export async function runFraming(store, root, { onLost }) {
  await adoptStyles("frame-styles");
  const dialog = mountFrameDialog(root, { onResize: draw, onClose: close });
  /** @type {Framed | null} */
  let framed = null;
  /** @type {ImageBitmap | null} */
  let behind = null;
  /** @type {Blob | null} */
  let behindOf = null;
  /** @type {Entry | undefined} */
  let last;
  let address = "";
  let timer = 0;
  let turn = 0;

  /** @type {() => Entry | undefined} */
  const entry = () => findEntry(store.get().entries, framed?.id ?? "");

  /** @param {string} id */
  async function open(id) {
    const opened = findEntry(store.get().entries, id);
    if (!opened) return;
    const mine = (turn += 1);
    dialog.open(opened);
    dialog.render(opened);
    dialog.offer(null, "");
    dialog.tell("Loading the full size…");
    try {
      const loaded = await load(opened);
      if (mine !== turn) return loaded.preview.close();
      framed = loaded;
      last = entry();
      await show();
      if (!loaded.subject) dialog.tell("There is no subject in this cut-out, so it is not framed.");
    } catch (failure) {
      if (mine === turn) dialog.tell(explain(failure));
      if (codeOf(failure) === "network") onLost();
    }
  }

  /** @type {(entry: Entry) => Promise<Framed>} */
  async function load({ record }) {
    const cutOut = await image(record.processed_url);
    const full = await createImageBitmap(cutOut);
    const { width, height } = full;
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
    const preview = await createImageBitmap(full, {
      resizeWidth: Math.max(1, Math.round(width * scale)),
      resizeHeight: Math.max(1, Math.round(height * scale)),
      resizeQuality: "high",
    });
    full.close();
    return { id: record.record_id, cutOut, preview, width, height, subject: await subjectOf(cutOut) };
  }

  /** Shows the picture as it is arranged now. */
  async function show() {
    const shown = entry();
    if (!shown) return;
    dialog.render(shown);
    dialog.tell("");
    const picture = "picture" in shown.backdrop ? shown.backdrop.picture : null;
    if (picture !== behindOf) {
      behindOf = picture;
      behind?.close();
      behind = null;
      const decoded = picture && (await createImageBitmap(picture));
      if (picture !== behindOf) return decoded?.close();
      behind = decoded;
    }
    draw();
    dialog.offer(null, "Calculating the size…");
    clearTimeout(timer);
    timer = setTimeout(make, REST);
  }

  function draw() {
    const shown = entry();
    if (!framed || !shown) return;
    const { canvas, view } = dialog;
    const frame = frameOf(framed, framed.subject, shown.look.framing);
    const room = Math.min((view.clientWidth - 32) / frame.canvas.width, (view.clientHeight - 32) / frame.canvas.height);
    canvas.style.inlineSize = `${Math.max(1, Math.round(frame.canvas.width * room))}px`;
    canvas.style.blockSize = `${Math.max(1, Math.round(frame.canvas.height * room))}px`;
    canvas.width = Math.max(1, Math.round(frame.canvas.width * room * Math.min(devicePixelRatio, 2)));
    canvas.height = Math.max(1, Math.round(frame.canvas.height * room * Math.min(devicePixelRatio, 2)));
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.scale(canvas.width / frame.canvas.width, canvas.height / frame.canvas.height);
    const detail = framed.preview.width / framed.width;
    paint(pen, framed.preview, frame, { backdrop: shown.backdrop, behind, shadow: shown.look.shadow, detail });
    canvas.setAttribute("aria-label", `Preview, ${frame.canvas.width} × ${frame.canvas.height}. Arrow keys move the subject, plus and minus scale it.`);
  }

  /** Makes the file that "Download" saves, so that its size is known before. */
  async function make() {
    const shown = entry();
    if (!framed || !shown) return;
    const { backdrop, look } = shown;
    const mine = turn;
    try {
      const file = isArranged(shown) ? await arrange(framed.cutOut, backdrop, look) : framed.cutOut;
      const latest = entry();
      if (mine !== turn || latest?.backdrop !== backdrop || latest.look !== look) return;
      release();
      address = URL.createObjectURL(file);
      const { width, height } = frameOf(framed, framed.subject, look.framing).canvas;
      const name = fileName(shownName(latest), FORMATS[look.format].ending);
      dialog.offer({ address, name, type: file.type }, `${width} × ${height} · ${fileSize(file.size)}`);
    } catch (failure) {
      dialog.offer(null, "");
      dialog.tell(explain(failure));
    }
  }

  function release() {
    if (address) URL.revokeObjectURL(address);
    address = "";
  }

  function close() {
    turn += 1;
    clearTimeout(timer);
    release();
    framed?.preview.close();
    behind?.close();
    framed = behind = behindOf = null;
    last = undefined;
  }

  return {
    open,
    render() {
      const now = entry();
      if (!now || now === last) return;
      const isSame = last && now.backdrop === last.backdrop && now.look === last.look;
      last = now;
      if (isSame) dialog.render(now);
      else show();
    },
  };
}
