// The smart stroke: it draws only on an area that resembles the stroke's start and is connected to it.
import { boundsOf } from "./brush.js";

/** @import { Point, Segment } from "./brush.js" */
/** @import { Level, Rect } from "./levels.js" */

/** @typedef {{ red: number, green: number, blue: number }} Color */
/**
 * The area in which a segment may draw.
 * @typedef {object} Region
 * @property {(x: number, y: number) => number} share 0 to 256: how much a pixel of the picture belongs to it
 * @property {(rect: Rect) => boolean} reaches
 */

const CORE = 0.5; // of the radius: the region grows from there
const LARGEST_RADIUS = 28; // in pixels of the level that the region grows on
const SEED_RADIUS = 10;
const LEAST_TOLERANCE = 22; // distances of colours in RGB
const MOST_TOLERANCE = 80;
const OTHERS_COUNT = 0.02; // of the brush: fewer pixels of other colours are noise
const LEARNING = 0.2;

/**
 * Starts a smart stroke; the returned function returns the area in which a segment may draw.
 * @param {Level<Uint32Array>[]} levels
 * @param {Point} start
 * @param {number} radius
 * @returns {(segment: Segment) => Region | null} null: the segment lies outside the picture
 */
export function startSmart(levels, start, radius) {
  const full = /** @type {Level<Uint32Array>} */ (levels[0]);
  let shift = 0;
  while (radius / (1 << shift) > LARGEST_RADIUS && shift < levels.length - 1) shift += 1;
  const level = /** @type {Level<Uint32Array>} */ (levels[shift]);
  const { own, tolerance } = seedOf(full, start, Math.min(SEED_RADIUS, Math.max(2, radius / 4)));

  return (segment) => {
    const rect = boundsOf(shrunk(segment, shift), level);
    if (!rect) return null;
    const window = distancesIn(rect, shrunk(segment, shift));
    const other = otherColor(level, rect, window, own, tolerance);
    const share = shareOf(own, other, tolerance);
    const grown = grow(level, rect, window, share);
    learn(level, rect, window, grown, own);
    return regionOf(full, grown, rect, shift, share);
  };
}

/** @type {(segment: Segment, shift: number) => Segment} */
const shrunk = ({ from, to, radius }, shift) => ({
  from: { x: from.x / (1 << shift), y: from.y / (1 << shift) },
  to: { x: to.x / (1 << shift), y: to.y / (1 << shift) },
  radius: Math.max(radius / (1 << shift), 1),
});

/** @type {(pixels: Uint32Array, at: number) => Color} */
function colorAt(pixels, at) {
  const word = /** @type {number} */ (pixels[at]);
  return { red: word & 255, green: (word >>> 8) & 255, blue: (word >>> 16) & 255 };
}

/** @type {(one: Color, other: Color) => number} */
const squared = (one, other) =>
  (one.red - other.red) ** 2 + (one.green - other.green) ** 2 + (one.blue - other.blue) ** 2;

/** Averages colours. @returns {{ add(color: Color): void, count(): number, mean(): Color }} */
function sum() {
  const total = { red: 0, green: 0, blue: 0 };
  let count = 0;
  return {
    add(color) {
      total.red += color.red;
      total.green += color.green;
      total.blue += color.blue;
      count += 1;
    },
    count: () => count,
    mean: () => ({ red: total.red / count, green: total.green / count, blue: total.blue / count }),
  };
}

/** The colour at the stroke's start, and the spread of the colours around it. @type {(level: Level<Uint32Array>, start: Point, radius: number) => { own: Color, tolerance: number }} */
function seedOf({ width, height, pixels }, start, radius) {
  const x = Math.max(0, Math.min(width - 1, Math.floor(start.x)));
  const y = Math.max(0, Math.min(height - 1, Math.floor(start.y)));
  const seed = colorAt(pixels, y * width + x);
  /** @type {Color[]} */
  const near = [];
  for (let row = Math.max(0, Math.ceil(y - radius)); row <= Math.min(height - 1, y + radius); row += 1) {
    for (let column = Math.max(0, Math.ceil(x - radius)); column <= Math.min(width - 1, x + radius); column += 1) {
      const color = colorAt(pixels, row * width + column);
      if (squared(color, seed) < (2 * LEAST_TOLERANCE) ** 2) near.push(color);
    }
  }
  const all = sum();
  for (const color of near) all.add(color);
  const own = all.mean();
  const spread = Math.sqrt(near.reduce((total, color) => total + squared(color, own), 0) / near.length);
  return { own, tolerance: Math.min(MOST_TOLERANCE, LEAST_TOLERANCE + 2.5 * spread) };
}

/** Each pixel's squared distance from the segment, in radii. @type {(rect: Rect, segment: Segment) => Float32Array} */
function distancesIn({ left, top, right, bottom }, { from, to, radius }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy || 1;
  const distances = new Float32Array((right - left) * (bottom - top));
  let at = 0;
  for (let y = top + 0.5 - from.y; y < bottom - from.y; y += 1) {
    for (let x = left + 0.5 - from.x; x < right - from.x; x += 1) {
      const t = Math.max(0, Math.min(1, (x * dx + y * dy) / length));
      distances[at] = ((x - t * dx) ** 2 + (y - t * dy) ** 2) / (radius * radius);
      at += 1;
    }
  }
  return distances;
}

/** Calls `use` for each pixel under the brush. @type {(level: Level<Uint32Array>, rect: Rect, window: Float32Array, use: (color: Color, at: number, distance: number) => void) => void} */
function eachUnder({ width, pixels }, { left, top, right }, window, use) {
  const columns = right - left;
  for (let at = 0; at < window.length; at += 1) {
    const distance = /** @type {number} */ (window[at]);
    // A little more than the brush: its rim lies within pixels of this level.
    if (distance > 1.2) continue;
    use(colorAt(pixels, (top + Math.floor(at / columns)) * width + left + (at % columns)), at, distance);
  }
}

/** The mean of the pixels with other colours than the stroke's, null if there are hardly any. @type {(level: Level<Uint32Array>, rect: Rect, window: Float32Array, own: Color, tolerance: number) => Color | null} */
function otherColor(level, rect, window, own, tolerance) {
  const others = sum();
  let count = 0;
  eachUnder(level, rect, window, (color) => {
    count += 1;
    if (squared(color, own) > tolerance ** 2) others.add(color);
  });
  if (others.count() < Math.max(2, OTHERS_COUNT * count)) return null;
  const other = others.mean();
  // Several colours on all sides of the stroke's own average to something close to it.
  return squared(other, own) > tolerance ** 2 ? other : null;
}

/** How much a colour belongs to the stroke's own, 0 to 256. @type {(own: Color, other: Color | null, tolerance: number) => (red: number, green: number, blue: number) => number} */
function shareOf(own, other, tolerance) {
  const near = tolerance ** 2;
  const { red: r1, green: g1, blue: b1 } = { ...own };
  if (!other) {
    return (red, green, blue) => {
      const distance = (red - r1) ** 2 + (green - g1) ** 2 + (blue - b1) ** 2;
      return distance <= near ? 256 : distance >= 4 * near ? 0 : (256 * (4 * near - distance)) / (3 * near);
    };
  }
  const { red: r2, green: g2, blue: b2 } = other;
  return (red, green, blue) => {
    const toOwn = (red - r1) ** 2 + (green - g1) ** 2 + (blue - b1) ** 2;
    const toOther = (red - r2) ** 2 + (green - g2) ** 2 + (blue - b2) ** 2;
    // 1 at the own colour, -1 at the other, 0 halfway; sharp there, as edges are.
    const share = 0.5 + (2 * (toOther - toOwn)) / (toOther + toOwn + 1);
    return share <= 0 ? 0 : share >= 1 ? 256 : 256 * share;
  };
}

/** Grows the region from the brush's core; 1 inside, and at its neighbours. @type {(level: Level<Uint32Array>, rect: Rect, window: Float32Array, share: (red: number, green: number, blue: number) => number) => Uint8Array} */
function grow(level, rect, window, share) {
  const columns = rect.right - rect.left;
  const belongs = new Uint8Array(window.length);
  /** @type {number[]} */
  const open = [];
  const grown = new Uint8Array(window.length);
  eachUnder(level, rect, window, ({ red, green, blue }, at, distance) => {
    if (share(red, green, blue) < 128) return;
    belongs[at] = 1;
    if (distance > CORE * CORE) return;
    grown[at] = 1;
    open.push(at);
  });
  /** @param {number} at */
  const visit = (at) => {
    if (grown[at]) return;
    grown[at] = 1;
    // A neighbour that does not belong is marked but not grown from: edges run within pixels of this level.
    if (belongs[at]) open.push(at);
  };
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const column = at % columns;
    if (column > 0) visit(at - 1);
    if (column < columns - 1) visit(at + 1);
    if (at >= columns) visit(at - columns);
    if (at + columns < window.length) visit(at + columns);
  }
  return grown;
}

/** Follows the colour along the stroke, so that shading does not end it. @type {(level: Level<Uint32Array>, rect: Rect, window: Float32Array, grown: Uint8Array, own: Color) => void} */
function learn(level, rect, window, grown, own) {
  const core = sum();
  eachUnder(level, rect, window, (color, at, distance) => {
    if (grown[at] && distance < CORE * CORE && squared(color, own) < MOST_TOLERANCE ** 2) core.add(color);
  });
  if (core.count() === 0) return;
  const mean = core.mean();
  own.red += LEARNING * (mean.red - own.red);
  own.green += LEARNING * (mean.green - own.green);
  own.blue += LEARNING * (mean.blue - own.blue);
}

/** @type {(full: Level<Uint32Array>, grown: Uint8Array, rect: Rect, shift: number, share: (red: number, green: number, blue: number) => number) => Region} */
function regionOf({ width, pixels }, grown, rect, shift, share) {
  const columns = rect.right - rect.left;
  return {
    share(x, y) {
      const [column, row] = [(x >> shift) - rect.left, (y >> shift) - rect.top];
      if (column < 0 || row < 0 || column >= columns || !grown[row * columns + column]) return 0;
      const word = /** @type {number} */ (pixels[y * width + x]);
      return share(word & 255, (word >>> 8) & 255, (word >>> 16) & 255);
    },
    reaches(part) {
      const last = Math.min(rect.bottom - 1, (part.bottom - 1) >> shift) - rect.top;
      for (let row = Math.max(rect.top, part.top >> shift) - rect.top; row <= last; row += 1) {
        const start = row * columns + Math.max(rect.left, part.left >> shift) - rect.left;
        const end = row * columns + Math.min(rect.right, ((part.right - 1) >> shift) + 1) - rect.left;
        if (start < end && grown.subarray(start, end).includes(1)) return true;
      }
      return false;
    },
  };
}
