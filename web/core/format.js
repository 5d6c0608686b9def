// Values of a record as text for people.

const DAY = 86_400_000; // milliseconds
/** @type {[string, number][]} */
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * Turns the server's UTC "YYYY-MM-DD HH:MM:SS" into a form that every browser reads as UTC.
 * @type {(createdOn: string) => string}
 */
export const isoTime = (createdOn) => `${createdOn.replace(" ", "T")}Z`;

/**
 * Writes a day as "22 Dec 2026", in the reader's own zone.
 * @type {(moment: Date) => string}
 */
export const dayText = (moment) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(moment);

/**
 * Writes the server's UTC time in the reader's own zone.
 * @type {(createdOn: string) => string}
 */
export const localTime = (createdOn) => {
  const moment = new Date(isoTime(createdOn));
  if (Number.isNaN(moment.getTime())) return createdOn;
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(moment);
  return `${dayText(moment)}, ${clock}`;
};

/**
 * Says until when a record is kept, nothing if it is kept for ever.
 * @type {(createdOn: string, days: number) => string}
 */
export const keptUntil = (createdOn, days) => {
  const start = Date.parse(isoTime(createdOn));
  return days > 0 && !Number.isNaN(start) ? `Kept until ${dayText(new Date(start + days * DAY))}` : "";
};

/**
 * Writes a number of bytes as people read it.
 * @type {(bytes: number) => string}
 */
export const fileSize = (bytes) => {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1000 ? `${Math.round(kilobytes)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
};

/**
 * Describes a picture's known sizes; records of the original application have none.
 * @type {(record: { width: number | null, height: number | null, size: number | null }) => string[]}
 */
export const measures = ({ width, height, size }) => [
  ...(width && height ? [`${width} × ${height}`] : []),
  ...(size ? [fileSize(size)] : []),
];

/**
 * Counts pictures: "1 picture", "3 pictures".
 * @type {(count: number) => string}
 */
export const pictures = (count) => (count === 1 ? "1 picture" : `${count} pictures`);

/**
 * Writes a time to wait in the largest unit that is not misleading.
 * @type {(seconds: number) => string}
 */
export const waitText = (seconds) => {
  const [unit, length] = UNITS.find(([, size]) => seconds > 1.5 * size) ?? ["second", 1];
  const format = new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" });
  return format.format(Math.ceil(seconds / length));
};
