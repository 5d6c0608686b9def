// Image pyramids: every level is half as wide and high as the one before, for drawing zoomed out.

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Rect whole pixels, right and bottom excluded */
/** @template T @typedef {{ width: number, height: number, pixels: T }} Level */

const SMALLEST = 64;

/** @type {(one: Rect | null, other: Rect) => Rect} */
export const union = (one, other) =>
  one
    ? {
        left: Math.min(one.left, other.left),
        top: Math.min(one.top, other.top),
        right: Math.max(one.right, other.right),
        bottom: Math.max(one.bottom, other.bottom),
      }
    : other;

/**
 * Builds the levels of a picture whose pixels are RGBA bytes seen as 32-bit words.
 * @param {number} width
 * @param {number} height
 * @param {Uint32Array} pixels
 */
export function pictureLevels(width, height, pixels) {
  /** @type {Level<Uint32Array>[]} */
  const levels = [{ width, height, pixels }];
  for (let last = levels[0]; last && canHalve(last); last = levels.at(-1)) levels.push(halved(last));
  return levels;
}

/**
 * Keeps the levels of a matte up to date; level 0 is the matte itself.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} pixels
 */
export function matteLevels(width, height, pixels) {
  /** @type {Level<Uint8Array>[]} */
  const levels = [{ width, height, pixels }];
  for (let last = levels[0]; last && canHalve(last); last = levels.at(-1)) {
    const size = halfSize(last);
    levels.push({ ...size, pixels: new Uint8Array(size.width * size.height) });
  }

  /** @param {Rect} rect */
  function update(rect) {
    for (let depth = 1; depth < levels.length; depth += 1) {
      const from = /** @type {Level<Uint8Array>} */ (levels[depth - 1]);
      const to = /** @type {Level<Uint8Array>} */ (levels[depth]);
      rect = {
        left: rect.left >> 1,
        top: rect.top >> 1,
        right: Math.min((rect.right + 1) >> 1, to.width),
        bottom: Math.min((rect.bottom + 1) >> 1, to.height),
      };
      averageAlpha(from, to, rect);
    }
  }

  update({ left: 0, top: 0, right: width, bottom: height });
  return { levels, update };
}

/** @type {(level: { width: number, height: number }) => boolean} */
const canHalve = ({ width, height }) => Math.max(width, height) > SMALLEST;

/** @type {(level: { width: number, height: number }) => { width: number, height: number }} */
const halfSize = ({ width, height }) => ({ width: (width + 1) >> 1, height: (height + 1) >> 1 });

/** @type {(from: Level<Uint8Array>, to: Level<Uint8Array>, rect: Rect) => void} */
function averageAlpha(from, to, { left, top, right, bottom }) {
  const source = /** @type {Record<number, number>} */ (/** @type {unknown} */ (from.pixels));
  for (let y = top; y < bottom; y += 1) {
    const upper = 2 * y * from.width;
    const lower = Math.min(2 * y + 1, from.height - 1) * from.width;
    for (let x = left; x < right; x += 1) {
      const one = 2 * x;
      const two = Math.min(one + 1, from.width - 1);
      const sum = at(source, upper + one) + at(source, upper + two) + at(source, lower + one) + at(source, lower + two);
      to.pixels[y * to.width + x] = (sum + 2) >> 2;
    }
  }
}

/** @type {(from: Level<Uint32Array>) => Level<Uint32Array>} */
function halved(from) {
  const { width, height } = halfSize(from);
  const pixels = new Uint32Array(width * height);
  const source = /** @type {Record<number, number>} */ (/** @type {unknown} */ (from.pixels));
  for (let y = 0; y < height; y += 1) {
    const upper = 2 * y * from.width;
    const lower = Math.min(2 * y + 1, from.height - 1) * from.width;
    for (let x = 0; x < width; x += 1) {
      const one = 2 * x;
      const two = Math.min(one + 1, from.width - 1);
      const above = average(at(source, upper + one), at(source, upper + two));
      const below = average(at(source, lower + one), at(source, lower + two));
      pixels[y * width + x] = average(above, below);
    }
  }
  return { width, height, pixels };
}

/** @type {(source: Record<number, number>, index: number) => number} */
const at = (source, index) => /** @type {number} */ (source[index]);

/** Averages the four bytes of two words at once. @type {(one: number, other: number) => number} */
const average = (one, other) => ((one & other) + (((one ^ other) & 0xfefefefe) >>> 1)) >>> 0;
