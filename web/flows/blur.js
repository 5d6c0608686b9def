// Blurs a picture for use as a backdrop, on a small copy, because a blurred backdrop has no details.

const LONGEST_SIDE = 240;
const RADIUS = 7; // pixels of the small picture
const PASSES = 3; // box blurs; three of them look like a Gaussian

/**
 * Returns a small blurred version; null if the browser cannot decode the picture.
 * @param {Blob} picture
 * @returns {Promise<Blob | null>}
 */
export async function blurred(picture) {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  for (let pass = 0; pass < PASSES; pass += 1) {
    blurLines(pixels.data, canvas.height, canvas.width * 4, canvas.width, 4);
    blurLines(pixels.data, canvas.width, 4, canvas.height, canvas.width * 4);
  }
  pen.putImageData(pixels, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Averages along each line, whose end values continue beyond its ends. @type {(data: Uint8ClampedArray, lines: number, lineStep: number, length: number, step: number) => void} */
function blurLines(data, lines, lineStep, length, step) {
  const line = new Uint8Array(length);
  const at = (/** @type {number} */ index) => /** @type {number} */ (line[Math.max(0, Math.min(length - 1, index))]);
  for (let each = 0; each < lines; each += 1) {
    for (let channel = 0; channel < 4; channel += 1) {
      const start = each * lineStep + channel;
      for (let index = 0; index < length; index += 1) line[index] = /** @type {number} */ (data[start + index * step]);
      let sum = 0;
      for (let index = -RADIUS; index <= RADIUS; index += 1) sum += at(index);
      for (let index = 0; index < length; index += 1) {
        data[start + index * step] = sum / (2 * RADIUS + 1);
        sum += at(index + RADIUS + 1) - at(index - RADIUS);
      }
    }
  }
}
