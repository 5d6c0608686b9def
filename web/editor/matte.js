// The matte under edit: its pixels, the stroke that is being drawn, and its history.
import { makeHistory } from "./history.js";
import { matteLevels, union } from "./levels.js";
import { unpack } from "./tile-pack.js";

/** @import { Step } from "./history.js" */
/** @import { Rect } from "./levels.js" */

export const TILE_BITS = 8;
export const TILE = 1 << TILE_BITS;

/** A tile that the stroke has reached: its bytes before, and how much of each the stroke covers. @typedef {{ before: Uint8Array, cover: Uint8Array }} Touched */
/** @typedef {ReturnType<typeof makeMatte>} Matte */

/**
 * Makes an editable matte of one byte a pixel; the array is changed in place.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} alpha
 */
export function makeMatte(width, height, alpha) {
  const columns = Math.ceil(width / TILE);
  const rows = Math.ceil(height / TILE);
  const first = alpha.slice();
  const history = makeHistory();
  const { levels, update } = matteLevels(width, height, alpha);
  /** @type {Map<number, Touched>} */
  let touched = new Map();

  /** @type {(index: number) => Rect} */
  function rectOf(index) {
    const left = (index % columns) * TILE;
    const top = Math.floor(index / columns) * TILE;
    return { left, top, right: Math.min(left + TILE, width), bottom: Math.min(top + TILE, height) };
  }

  /** @type {(index: number, from: Uint8Array) => Uint8Array} */
  function copy(index, from) {
    const { left, top, right, bottom } = rectOf(index);
    const tile = new Uint8Array(TILE * TILE);
    for (let y = top; y < bottom; y += 1) {
      tile.set(from.subarray(y * width + left, y * width + right), (y - top) << TILE_BITS);
    }
    return tile;
  }

  /** @type {(index: number, tile: Uint8Array) => void} */
  function paste(index, tile) {
    const { left, top, right, bottom } = rectOf(index);
    for (let y = top; y < bottom; y += 1) {
      const start = (y - top) << TILE_BITS;
      alpha.set(tile.subarray(start, start + right - left), y * width + left);
    }
    update(rectOf(index));
  }

  /** Puts a step's tiles in place and returns those that were there. @type {(step: Step) => Step} */
  function exchange(step) {
    /** @type {Step} */
    const replaced = new Map();
    for (const [index, tile] of step) {
      replaced.set(index, copy(index, alpha));
      paste(index, unpack(tile, TILE * TILE));
    }
    return replaced;
  }

  /** @type {(index: number) => boolean} */
  function differs(index) {
    const { left, top, right, bottom } = rectOf(index);
    for (let y = top; y < bottom; y += 1) {
      for (let at = y * width + left; at < y * width + right; at += 1) if (alpha[at] !== first[at]) return true;
    }
    return false;
  }

  return {
    width,
    height,
    alpha,
    levels,
    history,
    /** Averages what changed into the smaller levels. */
    update,
    /** Returns a tile for the stroke to change. @type {(column: number, row: number) => Touched} */
    touch(column, row) {
      const index = row * columns + column;
      let tile = touched.get(index);
      if (!tile) {
        tile = { before: copy(index, alpha), cover: new Uint8Array(TILE * TILE) };
        touched.set(index, tile);
      }
      return tile;
    },
    /** Ends the stroke: it is one step of the history. */
    endStroke() {
      if (touched.size > 0) history.push(new Map([...touched].map(([index, { before }]) => [index, before])));
      touched = new Map();
    },
    /** Takes the stroke back; returns what changed. @returns {Rect | null} */
    cancelStroke() {
      /** @type {Rect | null} */
      let changed = null;
      for (const [index, { before }] of touched) {
        paste(index, before);
        changed = union(changed, rectOf(index));
      }
      touched = new Map();
      return changed;
    },
    undo: () => history.move("undo", exchange),
    redo: () => history.move("redo", exchange),
    /** Brings back the matte as it was at first, as a step that can be undone. */
    startOver() {
      /** @type {Step} */
      const step = new Map();
      for (let index = 0; index < columns * rows; index += 1) {
        if (!differs(index)) continue;
        step.set(index, copy(index, alpha));
        paste(index, copy(index, first));
      }
      if (step.size > 0) history.push(step);
    },
  };
}
