// Decodes pictures into pixels, a strip at a time: some browsers have no canvas as large as a photo.

const STRIP = 256; // rows

/**
 * Reads the alpha of a picture; null if the browser cannot decode it.
 * @param {Blob} blob
 */
export async function readAlpha(blob) {
  const bitmap = await decode(blob);
  if (!bitmap) return null;
  const { width, height } = bitmap;
  const pixels = new Uint8Array(width * height);
  await eachStrip(bitmap, (rgba, top) => {
    for (let from = 3, to = top * width; from < rgba.length; from += 4, to += 1) pixels[to] = /** @type {number} */ (rgba[from]);
  });
  return { width, height, pixels };
}

/**
 * Reads the colours of a picture as 32-bit words; null if the browser cannot decode it.
 * @param {Blob} blob
 */
export async function readColors(blob) {
  const bitmap = await decode(blob);
  if (!bitmap) return null;
  const { width, height } = bitmap;
  const pixels = new Uint32Array(width * height);
  await eachStrip(bitmap, (rgba, top) => pixels.set(new Uint32Array(rgba.buffer), top * width));
  // What is transparent in the original itself has no colour: it is shown as the browser reads it, opaque.
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (/** @type {number} */ (pixels[at]) | 0xff000000) >>> 0;
  return { width, height, pixels };
}

/** @type {(blob: Blob) => Promise<ImageBitmap | null>} */
const decode = (blob) => createImageBitmap(blob).catch(() => null);

/** @type {(bitmap: ImageBitmap, use: (rgba: Uint8ClampedArray, top: number) => void) => Promise<void>} */
async function eachStrip(bitmap, use) {
  const { width, height } = bitmap;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = STRIP;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    pen.clearRect(0, 0, width, STRIP);
    pen.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    use(pen.getImageData(0, 0, width, rows).data, top);
    // The page stays responsive between strips.
    await new Promise((resolve) => setTimeout(resolve));
  }
  bitmap.close();
}
