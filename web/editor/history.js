// Undo and redo by tiles, each packed once there is time for it.
import { isPacked, pack } from "./tile-pack.js";

/** Tiles by their index, packed or not, as they were before the step. @typedef {Map<number, Uint8Array>} Step */

const MOST_BYTES = 190_000_000;
const TILES_AT_ONCE = 8;

/** @param {number} mostBytes older steps are forgotten beyond that */
export function makeHistory(mostBytes = MOST_BYTES) {
  /** @type {Step[]} */
  const undo = [];
  /** @type {Step[]} */
  let redo = [];
  let isCut = false;

  /** @returns {number} */
  function bytes() {
    let sum = 0;
    for (const step of [...undo, ...redo]) for (const tile of step.values()) sum += tile.byteLength;
    return sum;
  }

  function trim() {
    while (undo.length > 1 && bytes() > mostBytes) {
      undo.shift();
      isCut = true;
    }
  }

  return {
    bytes,
    /** @param {Step} step */
    push(step) {
      redo = [];
      undo.push(step);
    },
    /**
     * Exchanges the tiles of the latest step; `exchange` puts tiles in place and returns those that were there.
     * @param {"undo" | "redo"} direction
     * @param {(step: Step) => Step} exchange
     */
    move(direction, exchange) {
      const step = (direction === "undo" ? undo : redo).pop();
      if (step) (direction === "undo" ? redo : undo).push(exchange(step));
    },
    /** Packs some tiles; false once all are packed and steps beyond the memory limit are dropped. */
    packSome() {
      let left = TILES_AT_ONCE;
      for (const step of undo) {
        for (const [index, tile] of step) {
          if (isPacked(tile)) continue;
          if (left === 0) return true;
          step.set(index, pack(tile));
          left -= 1;
        }
      }
      trim();
      return false;
    },
    canUndo: () => undo.length > 0,
    canRedo: () => redo.length > 0,
    /** Whether the matte differs from the start, according to the steps. */
    isChanged: () => isCut || undo.length > 0,
  };
}
