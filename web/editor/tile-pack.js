// Packs tiles of a matte without loss. Each byte is predicted from its neighbours as if they lay in a plane: flat
// parts and the fading rim of a soft brush are then mostly zeros, and what remains is mostly small.

// What a half byte stands for; a smaller one is a difference of -6 to 6.
const SMALL = 6;
const ESCAPE = 13; // a difference in the next two
const SHORT_RUN = 14; // 2 to 17 zeros: how many in the next one
const LONG_RUN = 15; // up to 65536 zeros: how many in the next four
const SHORTEST_RUN = 2;
const LONGEST_SHORT_RUN = 17;

/** Tiles that are packed, or would not get smaller. @type {WeakSet<Uint8Array>} */
const packed = new WeakSet();

/** @type {(tile: Uint8Array) => boolean} */
export const isPacked = (tile) => packed.has(tile);

/**
 * Packs a square tile; returns the tile itself if that saves nothing.
 * @type {(tile: Uint8Array) => Uint8Array}
 */
export function pack(tile) {
  const side = Math.sqrt(tile.length);
  const halves = new Uint8Array(3 * tile.length);
  let length = 0;
  let zeros = 0;

  /** @type {(value: number, count: number) => void} */
  const put = (value, count) => {
    for (let shift = 4 * (count - 1); shift >= 0; shift -= 4) {
      halves[length] = (value >>> shift) & 15;
      length += 1;
    }
  };
  const putZeros = () => {
    if (zeros > LONGEST_SHORT_RUN) put((LONG_RUN << 16) | (zeros - 1), 5);
    else if (zeros >= SHORTEST_RUN) put((SHORT_RUN << 4) | (zeros - SHORTEST_RUN), 2);
    else if (zeros === 1) put(SMALL, 1);
    zeros = 0;
  };
  for (let at = 0; at < tile.length; at += 1) {
    const difference = (/** @type {number} */ (tile[at]) - predicted(tile, at, side)) << 24 >> 24;
    if (difference === 0) {
      zeros += 1;
      continue;
    }
    putZeros();
    if (Math.abs(difference) <= SMALL) put(difference + SMALL, 1);
    else put((ESCAPE << 8) | (difference & 255), 3);
  }
  putZeros();
  const result = length < 2 * tile.length ? joined(halves, length) : tile;
  packed.add(result);
  return result;
}

/**
 * Brings back a tile of this many bytes.
 * @type {(tile: Uint8Array, size: number) => Uint8Array}
 */
export function unpack(tile, size) {
  if (tile.length === size) return tile;
  const side = Math.sqrt(size);
  const result = new Uint8Array(size);
  let position = 0;
  /** @type {(count: number) => number} */
  const take = (count) => {
    let value = 0;
    for (; count > 0; count -= 1, position += 1) {
      const byte = /** @type {number} */ (tile[position >> 1]);
      value = (value << 4) | (position & 1 ? byte & 15 : byte >>> 4);
    }
    return value;
  };
  for (let at = 0; at < size; ) {
    const code = take(1);
    let run = 1;
    let difference = 0;
    if (code === LONG_RUN) run = take(4) + 1;
    else if (code === SHORT_RUN) run = take(1) + SHORTEST_RUN;
    else difference = code === ESCAPE ? take(2) : code - SMALL;
    for (; run > 0; run -= 1, at += 1) result[at] = predicted(result, at, side) + difference;
  }
  return result;
}

/** @type {(tile: Uint8Array, at: number, side: number) => number} */
function predicted(tile, at, side) {
  const left = at % side > 0 ? /** @type {number} */ (tile[at - 1]) : 0;
  if (at < side) return left;
  const above = /** @type {number} */ (tile[at - side]);
  return at % side > 0 ? left + above - /** @type {number} */ (tile[at - side - 1]) : above;
}

/** @type {(halves: Uint8Array, length: number) => Uint8Array} */
function joined(halves, length) {
  const bytes = new Uint8Array((length + 1) >> 1);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = (/** @type {number} */ (halves[2 * at]) << 4) | /** @type {number} */ (halves[2 * at + 1]);
  }
  return bytes;
}
