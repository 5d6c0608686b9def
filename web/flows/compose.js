// Draws a cut-out on its backdrop at full size, in the browser.
import { image } from "../api.js";
import { FORMATS, cover } from "../core/backdrop.js";

/** @import { Entry, Format } from "../types.js" */

const QUALITY = 0.92;
const TOO_LARGE =
  "This browser cannot draw a picture of this size. Download the transparent PNG instead.";

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
 * Makes a record's picture as its card shows it, at full size.
 * @param {Entry} entry
 * @param {Format} format
 * @returns {Promise<Blob>}
 */
export async function compose({ record, backdrop }, format) {
  const cutOut = await image(record.processed_url);
  if (backdrop.kind === "transparent" && format === "png") return cutOut;
  const canvas = await draw(cutOut, backdrop, format);
  return encode(canvas, format);
}

/** @type {(cutOut: Blob, backdrop: Entry["backdrop"], format: Format) => Promise<HTMLCanvasElement>} */
async function draw(cutOut, backdrop, format) {
  const picture = await createImageBitmap(cutOut);
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new ComposeError(TOO_LARGE);
  // A JPEG has no transparency: what would be see-through is white instead of black.
  if (format === "jpeg") fill(pen, "#ffffff");
  if (backdrop.kind === "color") fill(pen, backdrop.color);
  if (backdrop.kind === "picture") await spread(pen, backdrop.picture);
  pen.drawImage(picture, 0, 0);
  picture.close();
  return canvas;
}

/** @type {(pen: CanvasRenderingContext2D, color: string) => void} */
function fill(pen, color) {
  pen.fillStyle = color;
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
}

/** @type {(pen: CanvasRenderingContext2D, picture: Blob) => Promise<void>} */
async function spread(pen, picture) {
  const bitmap = await createImageBitmap(picture);
  const { x, y, width, height } = cover(bitmap, pen.canvas);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, x, y, width, height);
  bitmap.close();
}

/** @type {(canvas: HTMLCanvasElement, format: Format) => Promise<Blob>} */
async function encode(canvas, format) {
  const { type, label } = FORMATS[format];
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
  if (!blob) throw new ComposeError(TOO_LARGE);
  // A browser that does not write a format gives a PNG and says nothing.
  if (blob.type !== type) throw new ComposeError(`This browser cannot write ${label}. Choose PNG or JPEG.`);
  return blob;
}
