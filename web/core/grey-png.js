// Writes an 8-bit grey PNG. A canvas would write four channels, and lose none of them.
import { crc32 } from "./zip.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const DEPTH = 8;
const GREY = 0;
const FILTER_UP = 2; // mattes hardly change from row to row

/**
 * Encodes one byte a pixel.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} pixels
 * @returns {Promise<Blob>}
 */
export async function greyPng(width, height, pixels) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([DEPTH, GREY], 8);
  const rows = new Blob([filtered(width, height, pixels)]).stream();
  // PNG wants zlib's framing, which CompressionStream calls deflate.
  const packed = await new Response(rows.pipeThrough(new CompressionStream("deflate"))).arrayBuffer();
  const parts = [SIGNATURE, chunk("IHDR", header), chunk("IDAT", new Uint8Array(packed)), chunk("IEND", new Uint8Array())];
  return new Blob(parts, { type: "image/png" });
}

/** Each row as its difference from the one above. @type {(width: number, height: number, pixels: Uint8Array) => Uint8Array<ArrayBuffer>} */
function filtered(width, height, pixels) {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const start = y * (width + 1);
    rows[start] = FILTER_UP;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const above = y > 0 ? /** @type {number} */ (pixels[at - width]) : 0;
      rows[start + 1 + x] = /** @type {number} */ (pixels[at]) - above;
    }
  }
  return rows;
}

/** @type {(type: string, data: Uint8Array) => Uint8Array<ArrayBuffer>} */
function chunk(type, data) {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
