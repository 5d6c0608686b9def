// Backdrops, and the formats that a picture can be saved in.
import { isUnframed } from "./framing.js";

/** @import { Backdrop, Entry, Format } from "../types.js" */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** Whether the picture leaves the page as something else than its cut-out. @type {(entry: Entry) => boolean} */
export const isArranged = ({ backdrop, look }) =>
  backdrop.kind !== "transparent" || look.shadow || look.format !== "png" || !isUnframed(look.framing);

/** @type {Readonly<Record<Format, { type: string, ending: string, label: string }>>} */
export const FORMATS = {
  png: { type: "image/png", ending: ".png", label: "PNG" },
  jpeg: { type: "image/jpeg", ending: ".jpg", label: "JPEG" },
  webp: { type: "image/webp", ending: ".webp", label: "WebP" },
};

/**
 * Reads a format from the value of a control.
 * @type {(value: string) => Format}
 */
export const formatOf = (value) => (value === "jpeg" || value === "webp" ? value : "png");

/**
 * Names the picker's button for a backdrop.
 * @type {(backdrop: Backdrop) => "transparent" | "white" | "black" | "color" | "gradient" | "blur" | "picture"}
 */
export const choiceOf = (backdrop) => {
  if (backdrop.kind !== "color") return backdrop.kind;
  if (backdrop.color === "#ffffff") return "white";
  return backdrop.color === "#000000" ? "black" : "color";
};

/**
 * Returns the box of a picture that covers a frame, centred and not stretched.
 * @type {(picture: { width: number, height: number }, frame: { width: number, height: number }) => Box}
 */
export const cover = (picture, frame) => {
  const scale = Math.max(frame.width / picture.width, frame.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
};
