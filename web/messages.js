// Every sentence that a code stands for. The server says the same ones; they are
// needed here for ?flash=<code>, for checks before sending and for answers without a body.

const SENTENCES = new Map([
  ["image_generated", "Image generated successfully"],
  ["bad_request", "The server could not read what was sent. Choose a picture and send it again."],
  ["image_too_large", "The picture is too large. Send a smaller one."],
  [
    "unsupported_image",
    "This file is not a picture that we read. Send a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC.",
  ],
  [
    "unreadable_image",
    "This picture is damaged and cannot be read. Export it again and send the new file.",
  ],
  ["invalid_name", "A name needs 1 to 100 characters and no line breaks or control characters."],
  ["limit_reached", "Max limit reached. Please remove a record."],
  ["remover_failed", "Failed to generate the image"],
  ["remover_timeout", "Failed to generate the image"],
  [
    "rate_limited",
    "Too many pictures are being processed at the moment. Wait a little and try again.",
  ],
  [
    "unavailable",
    "The service is not available right now. Nothing was changed; try again in a minute.",
  ],
  ["internal", "Something went wrong"],
  [
    "origin_not_allowed",
    "This page may not change anything on this server. Open the site at its own address.",
  ],
  ["not_found", "There is no such image. Reload the page to see what you have."],
  ["method_not_allowed", "The server does not do this. Reload the page and try again."],
]);

/** @type {[string, number][]} */
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** The one code that reports a success. */
export const SUCCESS_CODE = "image_generated";

/**
 * Gives the sentence of a code, or nothing when the code is unknown.
 * @param {string} code
 * @returns {string | undefined}
 */
export function findSentence(code) {
  return SENTENCES.get(code);
}

/**
 * Gives the sentence of a code, falling back to the one for the unforeseen.
 * @param {string} code
 * @returns {string}
 */
export function sentenceOf(code) {
  return SENTENCES.get(code) ?? "Something went wrong";
}

/**
 * Says what a failed call means to a person, and for how long to wait where the server said it.
 * @param {unknown} failure
 * @returns {string}
 */
export function explain(failure) {
  if (!(failure instanceof Error) || !("detail" in failure)) return sentenceOf("internal");
  const seconds = "retryAfter" in failure ? Number(failure.retryAfter) : 0;
  return seconds > 0 ? `${failure.detail} Try again in ${wait(seconds)}.` : String(failure.detail);
}

/** @type {(seconds: number) => string} */
function wait(seconds) {
  const [unit, length] = UNITS.find(([, size]) => seconds > 1.5 * size) ?? ["second", 1];
  const format = new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" });
  return format.format(Math.ceil(seconds / length));
}
