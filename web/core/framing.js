// The place of the subject on its canvas: plain geometry in pixels, the same as in /v1.0/removebg.
/** @import { CanvasKind, Framing, Size } from "../types.js" */

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** The part `source` of the cut-out, drawn at `target` of a canvas. @typedef {{ canvas: Size, source: Box, target: Box }} Frame */

const SUBJECT_ALPHA = 10; // of 255; fainter pixels do not belong to the subject's box
const MOST_PIXELS = 50_000_000;
export const LONGEST_SIDE = 10_000;

/** @type {Readonly<Record<CanvasKind, { ratio?: number, size?: Size, scale: number }>>} */
const CANVASES = {
  original: { scale: 1 },
  crop: { scale: 1 },
  square: { ratio: 1, scale: 0.9 },
  portrait45: { ratio: 4 / 5, scale: 0.9 },
  portrait34: { ratio: 3 / 4, scale: 0.9 },
  wide: { ratio: 16 / 9, scale: 0.9 },
  marketplace: { size: { width: 2000, height: 2000 }, scale: 0.85 },
  id413: { size: { width: 413, height: 531 }, scale: 0.85 },
  id600: { size: { width: 600, height: 600 }, scale: 0.85 },
  free: { scale: 0.9 },
};

/** @type {(value: string) => CanvasKind} */
export const canvasOf = (value) => (value in CANVASES ? /** @type {CanvasKind} */ (value) : "original");

/** Whether the cut-out stays as it is. @type {(framing: Framing) => boolean} */
export const isUnframed = ({ canvas, scale, isMoved }) => canvas === "original" && scale === null && !isMoved;

/** The share of the canvas that the subject fills. @type {(framing: Framing) => number} */
export const scaleOf = ({ canvas, scale }) => scale ?? CANVASES[canvas].scale;

/**
 * Finds the subject in a matte; null if there is none.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} alpha
 * @returns {Box | null}
 */
export function subjectBox(width, height, alpha) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    const row = alpha.subarray(y * width, (y + 1) * width);
    const first = row.findIndex((value) => value > SUBJECT_ALPHA);
    if (first < 0) continue;
    let last = width - 1;
    while (/** @type {number} */ (row[last]) <= SUBJECT_ALPHA) last -= 1;
    left = Math.min(left, first);
    right = Math.max(right, last + 1);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  return right > left ? { left, top, width: right - left, height: bottom - top } : null;
}

/**
 * Frames the subject, which fills that box of a cut-out of that size.
 * @type {(size: Size, subject: Box | null, framing: Framing) => Frame}
 */
export function frameOf(size, subject, framing) {
  const whole = { left: 0, top: 0, width: size.width, height: size.height };
  if (!subject || isUnframed(framing)) return { canvas: size, source: whole, target: whole };
  if (framing.canvas === "crop") return cropped(subject, framing.margin);
  const canvas = canvasSize(size, subject, framing);
  return { canvas, source: subject, target: placed(canvas, subject, framing) };
}

/** Rounds as the server does: halves to the even neighbour. @type {(value: number) => number} */
function rounded(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** @type {(subject: Box, margin: number) => Frame} */
function cropped(subject, margin) {
  const [across, down] = [rounded(margin * subject.width), rounded(margin * subject.height)];
  const canvas = { width: subject.width + 2 * across, height: subject.height + 2 * down };
  return { canvas, source: subject, target: { ...subject, left: across, top: down } };
}

/** @type {(size: Size, subject: Box, framing: Framing) => Size} */
function canvasSize(size, subject, { canvas, width, height }) {
  const { ratio, size: fixed, scale } = CANVASES[canvas];
  if (canvas === "free") return bounded(width, height);
  if (fixed) return fixed;
  if (!ratio) return size;
  // As large as the subject needs at its own resolution.
  const across = Math.max(subject.width, subject.height * ratio) / scale;
  return { width: Math.round(across), height: Math.round(across / ratio) };
}

/** @type {(width: number, height: number) => Size} */
const bounded = (width, height) => {
  const [across, down] = [width, height].map((side) => Math.max(1, Math.min(LONGEST_SIDE, Math.round(side) || 1)));
  const fit = Math.min(1, Math.sqrt(MOST_PIXELS / (Number(across) * Number(down))));
  return { width: Math.floor(Number(across) * fit), height: Math.floor(Number(down) * fit) };
};

/** @type {(canvas: Size, subject: Box, framing: Framing) => Box} */
function placed(canvas, subject, framing) {
  let { width, height } = subject;
  if (framing.canvas !== "original" || framing.scale !== null) {
    const factor = scaleOf(framing) * Math.min(canvas.width / width, canvas.height / height);
    // Within rounding of its own resolution it is not resampled.
    if (Math.abs(factor - 1) * Math.max(width, height) >= 1) {
      width = Math.max(1, rounded(width * factor));
      height = Math.max(1, rounded(height * factor));
    }
  }
  const left = Math.round(canvas.width * framing.x - width / 2);
  return { left, top: Math.round(canvas.height * framing.y - height / 2), width, height };
}
