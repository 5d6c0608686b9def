// Checks that need no server. The server checks again and decides.
import { sentenceOf, tooManyBytes, tooManyPixels } from "./messages.js";

/** @import { Bounds } from "../types.js" */

const MAX_NAME_LENGTH = 100;
const PICTURE_TYPE = /^image\/(jpeg|pjpeg|png|apng|webp|gif|bmp|x-ms-bmp|tiff|avif|hei[cf])$/;
const PICTURE_ENDING = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf])$/i;
const FORBIDDEN_IN_NAME = /[\p{Cc}\u2028\u2029]/u;

/**
 * Tells whether a file looks like a picture. Some systems give HEIC, AVIF and TIFF no type, so its ending is enough.
 * @type {(file: { name: string, type: string }) => boolean}
 */
export const isPicture = ({ name, type }) => PICTURE_TYPE.test(type) || PICTURE_ENDING.test(name);

/**
 * Returns the mistake of a file, or nothing if it may be sent.
 * @type {(file: { name: string, type: string, size: number }, bounds: Bounds) => string}
 */
export const fileProblem = (file, { maxUploadMb }) => {
  if (!isPicture(file)) return sentenceOf("unsupported_image");
  if (file.size > maxUploadMb * 1024 * 1024) return tooManyBytes(maxUploadMb);
  return file.size === 0 ? sentenceOf("unreadable_image") : "";
};

/**
 * Returns the mistake of a picture's dimensions, or nothing if it may be sent.
 * @type {(size: { width: number, height: number }, bounds: Bounds) => string}
 */
export const measureProblem = (size, { maxMegapixels }) =>
  size.width * size.height > maxMegapixels * 1_000_000 ? tooManyPixels(size, maxMegapixels) : "";

/**
 * Returns the mistake of a record's name, or nothing if it is valid.
 * @type {(name: string) => string}
 */
export const nameProblem = (name) => {
  const length = [...name].length;
  const fits = length >= 1 && length <= MAX_NAME_LENGTH;
  return fits && !FORBIDDEN_IN_NAME.test(name) ? "" : sentenceOf("invalid_name");
};
