// Hands bytes to the browser as a file.

const KEPT_FOR = 60_000; // milliseconds; long enough for the browser to have read them

/**
 * Saves bytes under a name in the reader's downloads.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR);
}

/**
 * A file that is written piece by piece.
 * @typedef {object} Sink
 * @property {(piece: Uint8Array<ArrayBuffer>) => Promise<void> | void} write
 * @property {() => Promise<void> | void} close
 * @property {() => Promise<void> | void} abort
 */

/**
 * Opens a file for writing: on disk if the browser lets the user choose one, else in memory.
 * @param {string} name
 * @param {string} type
 * @returns {Promise<Sink | null>} null if the user cancelled
 */
export async function openSink(name, type) {
  if (!("showSaveFilePicker" in window)) return memorySink(name, type);
  try {
    const choose = /** @type {(options: object) => Promise<FileSystemFileHandle>} */ (window.showSaveFilePicker);
    const handle = await choose({ suggestedName: name });
    return diskSink(await handle.createWritable());
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") return null;
    return memorySink(name, type);
  }
}

/** @type {(file: FileSystemWritableFileStream) => Sink} */
const diskSink = (file) => ({
  write: (piece) => file.write(piece),
  close: () => file.close(),
  abort: () => file.abort(),
});

/** @type {(name: string, type: string) => Sink} */
const memorySink = (name, type) => {
  /** @type {Blob[]} */
  const pieces = [];
  return {
    // A browser can keep the bytes of a Blob on disk, but not those of an array.
    write: (piece) => void pieces.push(new Blob([piece])),
    close: () => saveBlob(new Blob(pieces, { type }), name),
    abort: () => void pieces.splice(0),
  };
};
