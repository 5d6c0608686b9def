// What can be refused before it is sent. The server checks again and has the last word.
import { MAX_UPLOAD_MB } from "./config.js";

const MAX_NAME_LENGTH = 100;
const PICTURE_TYPE = /^image\/(jpeg|pjpeg|png|apng|webp|gif|bmp|x-ms-bmp|tiff|avif|hei[cf])$/;
const PICTURE_ENDING = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf])$/i;
const FORBIDDEN_IN_NAME = /[\p{Cc}\u2028\u2029]/u;

/**
 * Gives the code of what is wrong with a file, or nothing when it may be sent.
 * @param {{ name: string, type: string, size: number }} file
 * @returns {string | undefined}
 */
export function checkFile(file) {
  // Some systems give HEIC, AVIF and TIFF no type: either sign of a picture is enough.
  if (!PICTURE_TYPE.test(file.type) && !PICTURE_ENDING.test(file.name)) return "unsupported_image";
  if (file.size > MAX_UPLOAD_MB * 1024 * 1024) return "image_too_large";
  if (file.size === 0) return "unreadable_image";
  return undefined;
}

/**
 * Gives the code of what is wrong with a record's name, or nothing when it is fine.
 * @param {string} name
 * @returns {string | undefined}
 */
export function checkName(name) {
  const length = [...name].length;
  const fits = length >= 1 && length <= MAX_NAME_LENGTH;
  return fits && !FORBIDDEN_IN_NAME.test(name) ? undefined : "invalid_name";
}

/**
 * Gives the name that a picture gets when none is typed: its file name without the ending.
 * @param {string} fileName
 * @returns {string}
 */
export function stem(fileName) {
  return fileName.replace(/(.)\.[^.]*$/, "$1");
}
