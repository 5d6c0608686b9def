// Draws a cut-out on its canvas and backdrop, in the browser.
import { image } from "../api.js";
import { FORMATS, cover, isArranged } from "../core/backdrop.js";
import { frameOf, isUnframed, subjectBox } from "../core/framing.js";
import { readAlpha } from "./pixels.js";

/** @import { Backdrop, Entry, Look } from "../types.js" */
/** @import { Box, Frame } from "../core/framing.js" */

const TOO_LARGE =
  "This browser cannot draw a picture of this size. Download the transparent PNG instead.";
const SHADOW = { color: "rgb(0 0 0 / 45%)", blur: 0.05, below: 0.03 }; // shares of the subject's height

/** What could not be made, in a sentence that may be shown. */
export class ComposeError extends Error {
  /** @param {string} detail */
  constructor(detail) {
    super(detail);
    this.code = "compose";
    this.detail = detail;
  }
}

/**
 * Makes a record's picture as it was arranged, at full size.
 * @param {Entry} entry
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
export async function compose(entry, signal) {
  const cutOut = await image(entry.record.processed_url, signal);
  return isArranged(entry) ? arrange(cutOut, entry.backdrop, entry.look) : cutOut;
}

/** @type {(cutOut: Blob, backdrop: Backdrop, look: Look) => Promise<Blob>} */
export async function arrange(cutOut, backdrop, look) {
  const picture = await createImageBitmap(cutOut);
  const subject = isUnframed(look.framing) ? null : await subjectOf(cutOut);
  const frame = frameOf(picture, subject, look.framing);
  const canvas = document.createElement("canvas");
  canvas.width = frame.canvas.width;
  canvas.height = frame.canvas.height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new ComposeError(TOO_LARGE);
  // A JPEG has no transparency: what would be see-through is white instead of black.
  if (look.format === "jpeg") fill(pen, frame.canvas, "#ffffff");
  const behind = "picture" in backdrop ? await createImageBitmap(backdrop.picture) : null;
  paint(pen, picture, frame, { backdrop, behind, shadow: look.shadow });
  behind?.close();
  picture.close();
  return encode(canvas, look);
}

/** @type {(cutOut: Blob) => Promise<Box | null>} */
export async function subjectOf(cutOut) {
  const matte = await readAlpha(cutOut);
  return matte && subjectBox(matte.width, matte.height, matte.pixels);
}

/**
 * Paints backdrop, shadow and subject.
 * @param {CanvasRenderingContext2D} pen
 * @param {ImageBitmap} picture the cut-out, or a smaller version of it
 * @param {Frame} frame in pixels of the cut-out
 * @param {{ backdrop: Backdrop, behind: ImageBitmap | null, shadow: boolean, detail?: number }} how detail: the picture's width over the cut-out's
 */
export function paint(pen, picture, frame, { backdrop, behind, shadow, detail = 1 }) {
  const { canvas, source, target } = frame;
  if (backdrop.kind === "color") fill(pen, canvas, backdrop.color);
  if (backdrop.kind === "gradient") fill(pen, canvas, gradient(pen, canvas.height, backdrop));
  pen.imageSmoothingQuality = "high";
  if (behind) {
    const { x, y, width, height } = cover(behind, canvas);
    pen.drawImage(behind, x, y, width, height);
  }
  pen.save();
  if (shadow) cast(pen, target.height);
  const [left, top, width, height] = [source.left, source.top, source.width, source.height].map((side) => side * detail);
  pen.drawImage(picture, Number(left), Number(top), Number(width), Number(height), target.left, target.top, target.width, target.height);
  pen.restore();
}

/** Shadows are measured in pixels of the canvas, independent of the pen's scale. @type {(pen: CanvasRenderingContext2D, height: number) => void} */
function cast(pen, height) {
  const scale = pen.getTransform().d;
  pen.shadowColor = SHADOW.color;
  pen.shadowBlur = SHADOW.blur * height * scale;
  pen.shadowOffsetY = SHADOW.below * height * scale;
}

/** @type {(pen: CanvasRenderingContext2D, size: { width: number, height: number }, style: string | CanvasGradient) => void} */
function fill(pen, { width, height }, style) {
  pen.fillStyle = style;
  pen.fillRect(0, 0, width, height);
}

/** @type {(pen: CanvasRenderingContext2D, height: number, colors: { from: string, to: string }) => CanvasGradient} */
function gradient(pen, height, { from, to }) {
  const made = pen.createLinearGradient(0, 0, 0, height);
  made.addColorStop(0, from);
  made.addColorStop(1, to);
  return made;
}

/** @type {(canvas: HTMLCanvasElement, look: Look) => Promise<Blob>} */
async function encode(canvas, { format, quality }) {
  const { type, label } = FORMATS[format];
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  if (!blob) throw new ComposeError(TOO_LARGE);
  // Browsers that cannot write a format return a PNG instead.
  if (blob.type !== type) throw new ComposeError(`This browser cannot write ${label}. Choose PNG or JPEG.`);
  return blob;
}
