// Finds the pictures in folders that were chosen or dropped.
import { isPicture } from "../core/checks.js";

/**
 * Returns a folder's pictures in the order of their paths, and how many other files it has.
 * @param {readonly File[]} files
 */
export function picturesOf(files) {
  const visible = files.filter(({ name }) => !name.startsWith("."));
  const pictures = visible.filter(isPicture).sort((one, other) => order.compare(pathOf(one), pathOf(other)));
  return { pictures, others: visible.length - pictures.length };
}

/**
 * Reads every file in and below the dropped folders.
 * @param {readonly FileSystemEntry[]} entries
 * @returns {Promise<File[]>}
 */
export async function filesIn(entries) {
  const found = [];
  for (const entry of entries) {
    if (entry.isFile) found.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
    else found.push(...(await filesIn(await childrenOf(/** @type {FileSystemDirectoryEntry} */ (entry)))));
  }
  return found;
}

/** @type {(folder: FileSystemDirectoryEntry) => Promise<FileSystemEntry[]>} */
async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  // Each call returns a part of the folder, and nothing once all of it was read.
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return children.sort((one, other) => order.compare(one.name, other.name));
    children.push(...some);
  }
}

/** @type {(entry: FileSystemFileEntry) => Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

const order = new Intl.Collator(undefined, { numeric: true });

/** @type {(file: File) => string} */
const pathOf = (file) => file.webkitRelativePath || file.name;
