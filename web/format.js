// Values of a record as text for people.

/**
 * Turns the server's UTC "YYYY-MM-DD HH:MM:SS" into a form that every browser reads as UTC.
 * @param {string} createdOn
 * @returns {string}
 */
export function isoTime(createdOn) {
  return `${createdOn.replace(" ", "T")}Z`;
}

/**
 * Writes the server's UTC time in the reader's own zone and locale.
 * @param {string} createdOn
 * @returns {string}
 */
export function localTime(createdOn) {
  const moment = new Date(isoTime(createdOn));
  if (Number.isNaN(moment.getTime())) return createdOn;
  const options = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
  return new Intl.DateTimeFormat(undefined, options).format(moment);
}

/**
 * Writes a number of bytes as people read it.
 * @param {number} bytes
 * @returns {string}
 */
export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  if (kilobytes < 1000) return `${Math.round(kilobytes)} KB`;
  return `${(kilobytes / 1024).toFixed(1)} MB`;
}

/**
 * Writes what is known of a picture's size; records of the original application know nothing.
 * @param {{ width: number | null, height: number | null, size: number | null }} record
 * @returns {string[]}
 */
export function measures({ width, height, size }) {
  const parts = [];
  if (width && height) parts.push(`${width} × ${height}`);
  if (size) parts.push(fileSize(size));
  return parts;
}
