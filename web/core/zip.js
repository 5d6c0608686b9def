// A ZIP archive, piece by piece. Pictures are compressed already, so they are stored as they are.

const LOCAL_FILE = 0x04034b50;
const CENTRAL_FILE = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const LARGEST = 0xffffffff;
const CRC_TABLE = crcTable();

/** @typedef {{ name: Uint8Array<ArrayBuffer>, crc: number, size: number, offset: number, stamp: number }} Listed */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * Computes the CRC-32 of ZIP entries.
 * @param {Uint8Array} bytes
 * @returns {number}
 */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) {
    crc = /** @type {number} */ (CRC_TABLE[(crc ^ /** @type {number} */ (bytes[i])) & 0xff]) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Starts an archive; what its methods return goes into the file in that order. */
export function startZip() {
  /** @type {Listed[]} */
  const listed = [];
  let offset = 0;

  return {
    /**
     * Adds a file: its header, then its bytes.
     * @param {string} name
     * @param {Bytes} bytes
     * @param {Date} date
     * @returns {Bytes[]}
     */
    add(name, bytes, date) {
      const file = { name: new TextEncoder().encode(name), crc: crc32(bytes), size: bytes.length, offset, stamp: dosTime(date) };
      const header = localHeader(file);
      offset += header.length + bytes.length;
      if (offset > LARGEST) throw new RangeError("The archive would be larger than 4 GB.");
      listed.push(file);
      return [header, bytes];
    },

    /**
     * Ends the archive with its directory.
     * @returns {Bytes[]}
     */
    end() {
      const directory = listed.map(centralHeader);
      const size = directory.reduce((sum, part) => sum + part.length, 0);
      return [...directory, endOfDirectory(listed.length, size, offset)];
    },
  };
}

/** @type {(file: Listed) => Bytes} */
function localHeader(file) {
  const { bytes, view } = record(30, file.name);
  view.setUint32(0, LOCAL_FILE, true);
  view.setUint16(4, VERSION, true);
  describe(view, 6, file);
  return bytes;
}

/** @type {(file: Listed) => Bytes} */
function centralHeader(file) {
  const { bytes, view } = record(46, file.name);
  view.setUint32(0, CENTRAL_FILE, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, VERSION, true);
  describe(view, 8, file);
  view.setUint32(42, file.offset, true);
  return bytes;
}

/** @type {(count: number, size: number, offset: number) => Bytes} */
function endOfDirectory(count, size, offset) {
  const { bytes, view } = record(22, new Uint8Array());
  view.setUint32(0, END_OF_DIRECTORY, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return bytes;
}

/** @type {(length: number, name: Uint8Array) => { bytes: Bytes, view: DataView }} */
function record(length, name) {
  const bytes = new Uint8Array(length + name.length);
  bytes.set(name, length);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Both headers of a file share these fields. @type {(view: DataView, at: number, file: Listed) => void} */
function describe(view, at, { name, crc, size, stamp }) {
  view.setUint16(at, UTF8_NAMES, true);
  view.setUint32(at + 4, stamp, true);
  view.setUint32(at + 8, crc, true);
  view.setUint32(at + 12, size, true);
  view.setUint32(at + 16, size, true);
  view.setUint16(at + 20, name.length, true);
}

/** @type {(date: Date) => number} */
function dosTime(date) {
  const day = ((Math.max(date.getFullYear(), 1980) - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}

function crcTable() {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
}
