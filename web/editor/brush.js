// The brush: how it covers a segment of a stroke, pixel by pixel.
import { TILE, TILE_BITS } from "./matte.js";

/** @import { Rect } from "./levels.js" */
/** @import { Matte } from "./matte.js" */
/** @import { Region } from "./smart.js" */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ from: Point, to: Point, radius: number }} Segment */

const STEPS = 2048;

/**
 * Returns the coverage from the brush's centre to its rim, by the square of the distance.
 * @param {number} radius
 * @param {number} softness 0: hard, with one pixel of antialiasing; 1: fades from the centre on
 */
export function profileOf(radius, softness) {
  const inner = Math.min(radius * (1 - softness), radius - Math.min(1, radius / 2));
  return Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
    const distance = Math.sqrt(step / STEPS) * radius;
    const fade = Math.max(0, Math.min(1, (radius - distance) / (radius - inner)));
    return Math.round(255 * fade * fade * (3 - 2 * fade));
  });
}

/**
 * Splits a segment into the parts of tiles that it covers, so that a large one can be drawn over several frames.
 * @param {Segment} segment
 * @param {{ width: number, height: number }} size
 * @param {Region | null} region
 */
export function partsOf(segment, size, region) {
  /** @type {Rect[]} */
  const parts = [];
  const rect = boundsOf(segment, size);
  if (!rect) return parts;
  for (let row = rect.top >> TILE_BITS; row <= (rect.bottom - 1) >> TILE_BITS; row += 1) {
    for (let column = rect.left >> TILE_BITS; column <= (rect.right - 1) >> TILE_BITS; column += 1) {
      const part = {
        left: Math.max(rect.left, column * TILE),
        top: Math.max(rect.top, row * TILE),
        right: Math.min(rect.right, (column + 1) * TILE),
        bottom: Math.min(rect.bottom, (row + 1) * TILE),
      };
      if (region ? region.reaches(part) : !isFar(part, segment)) parts.push(part);
    }
  }
  return parts;
}

/** @type {(segment: Segment, size: { width: number, height: number }) => Rect | null} */
export function boundsOf({ from, to, radius }, { width, height }) {
  const rect = {
    left: Math.max(0, Math.floor(Math.min(from.x, to.x) - radius)),
    top: Math.max(0, Math.floor(Math.min(from.y, to.y) - radius)),
    right: Math.min(width, Math.ceil(Math.max(from.x, to.x) + radius)),
    bottom: Math.min(height, Math.ceil(Math.max(from.y, to.y) + radius)),
  };
  return rect.left < rect.right && rect.top < rect.bottom ? rect : null;
}

/** Whether a rectangle lies outside the circle around the whole segment. @type {(part: Rect, segment: Segment) => boolean} */
function isFar({ left, top, right, bottom }, { from, to, radius }) {
  const x = (from.x + to.x) / 2;
  const y = (from.y + to.y) / 2;
  const reach = radius + Math.hypot(to.x - from.x, to.y - from.y) / 2;
  return Math.hypot(x - Math.max(left, Math.min(x, right)), y - Math.max(top, Math.min(y, bottom))) > reach;
}

/**
 * Draws a segment on the part of a tile. The inner loop allocates nothing and calls only the region's test.
 * @param {Matte} matte
 * @param {Rect} part
 * @param {Segment} segment
 * @param {Uint8Array} profile
 * @param {0 | 255} target what the stroke turns the matte into
 * @param {Region | null} region the part in which the stroke may draw; null: everywhere
 */
export function paintPart(matte, part, { from, to, radius }, profile, target, region) {
  const { width, alpha } = matte;
  const { before, cover } = matte.touch(part.left >> TILE_BITS, part.top >> TILE_BITS);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const perLength = 1 / (dx * dx + dy * dy || 1);
  const reach = radius * radius;
  const scale = STEPS / reach;
  for (let y = part.top; y < part.bottom; y += 1) {
    const py = y + 0.5 - from.y;
    const line = y * width;
    const row = (y & (TILE - 1)) << TILE_BITS;
    for (let x = part.left; x < part.right; x += 1) {
      const at = row | (x & (TILE - 1));
      const old = /** @type {number} */ (cover[at]);
      if (old === 255) continue;
      const px = x + 0.5 - from.x;
      const along = (px * dx + py * dy) * perLength;
      const t = along < 0 ? 0 : along > 1 ? 1 : along;
      const ex = px - t * dx;
      const ey = py - t * dy;
      const distance = ex * ex + ey * ey;
      if (distance >= reach) continue;
      let covered = /** @type {number} */ (profile[(distance * scale) | 0]);
      if (covered <= old) continue;
      if (region) {
        covered = (covered * region.share(x, y)) >> 8;
        if (covered <= old) continue;
      }
      cover[at] = covered;
      const start = /** @type {number} */ (before[at]);
      alpha[line + x] = covered === 255 ? target : (start * (255 - covered) + target * covered + 127) / 255;
    }
  }
}
