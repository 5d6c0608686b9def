// Every sentence that a code stands for. The server says the same ones; they are needed here
// for ?flash=<code>, for checks before sending and for answers without a body of ours.

const SENTENCES = new Map([
  ["image_generated", "Image generated successfully"],
  ["bad_request", "The request could not be understood."],
  ["unauthorized", "The server does not know this browser any more. Reload the page and try again."],
  ["origin_not_allowed", "This page may not make changes here. Open the site itself and try again."],
  ["not_found", "There is no such image. Reload the page to see what you have."],
  ["method_not_allowed", "This address does not take that method; the Allow header lists those it takes."],
  ["request_timeout", "The request took too long to arrive. Check your connection and try again."],
  ["limit_reached", "Max limit reached. Please remove a record."],
  ["upload_in_progress", "This picture is still being processed. Try again in a few seconds."],
  [
    "revision_changed",
    "This picture was changed elsewhere in the meantime. Load it again and repeat your change.",
  ],
  ["image_too_large", "The picture is too large. Send a smaller one."],
  [
    "unsupported_image",
    "This file is not a picture that we read. Send a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC.",
  ],
  ["unreadable_image", "This picture is damaged and cannot be read. Export it again and send the new file."],
  ["invalid_name", "A name needs 1 to 100 characters and no line breaks or control characters."],
  [
    "idempotency_key_reused",
    "This Idempotency-Key was used for another picture. Send this one under a new key.",
  ],
  ["remover_failed", "Failed to generate the image"],
  ["remover_timeout", "Failed to generate the image"],
  ["rate_limited", "Too many pictures are being processed at the moment. Wait a little and try again."],
  ["overloaded", "There is more to do than can be done at once. Wait a little and try again."],
  ["unavailable", "The service is not available right now. Nothing was changed; try again in a minute."],
  ["internal", "Something went wrong"],
  ["network", "The server cannot be reached. Check your connection and try again."],
  ["timeout", "The server did not answer in time. Try again in a minute."],
]);

// Advice, if the server's sentence has none.
const ADVICE = new Map([
  ["bad_request", "Reload the page and try again."],
  ["method_not_allowed", "Reload the page and try again."],
  ["remover_failed", "Try again in a minute, or try another picture."],
  ["remover_timeout", "The remover took too long. Try again in a minute."],
  ["internal", "Try again; if it happens again, tell those who run this site."],
]);

// A proxy in front of the server may refuse a call with a page of its own and no code.
const CODE_OF_STATUS = new Map([
  [400, "bad_request"],
  [401, "unauthorized"],
  [403, "origin_not_allowed"],
  [404, "not_found"],
  [405, "method_not_allowed"],
  [408, "request_timeout"],
  [409, "limit_reached"],
  [413, "image_too_large"],
  [415, "unsupported_image"],
  [422, "unreadable_image"],
  [429, "rate_limited"],
  [502, "unavailable"],
  [503, "unavailable"],
  [504, "timeout"],
]);

/** The one code that reports a success. */
export const SUCCESS_CODE = "image_generated";

/** Says why a picture waits that the limit has no place for. */
export const LIMIT_WAIT = "Limit reached: delete a picture to send it";

/**
 * Gives the sentence of a code, or nothing when the code is unknown.
 * @type {(code: string) => string | undefined}
 */
export const findSentence = (code) => SENTENCES.get(code);

/**
 * Gives the sentence of a code, falling back to the one for the unforeseen.
 * @type {(code: string) => string}
 */
export const sentenceOf = (code) => SENTENCES.get(code) ?? "Something went wrong";

/**
 * Gives the code of an answer that brought none.
 * @type {(status: number) => string}
 */
export const codeOfStatus = (status) => CODE_OF_STATUS.get(status) ?? "internal";

/**
 * Returns the code of a failed call, "internal" for unexpected errors.
 * @type {(failure: unknown) => string}
 */
export const codeOf = (failure) =>
  failure instanceof Error && "code" in failure ? String(failure.code) : "internal";

/**
 * Says what a failed call means to a person and what to do about it.
 * @type {(failure: unknown) => string}
 */
export const explain = (failure) => {
  const code = codeOf(failure);
  const detail = failure instanceof Error && "detail" in failure ? String(failure.detail) : sentenceOf(code);
  const advice = ADVICE.get(code);
  return advice ? `${detail.replace(/\.?$/, ".")} ${advice}` : detail;
};

/**
 * Says that a file has more bytes than the server takes.
 * @type {(megabytes: number) => string}
 */
export const tooManyBytes = (megabytes) =>
  `The picture has more than ${megabytes} MB. Send a smaller one.`;

/**
 * Says that a picture has more pixels than the server takes.
 * @type {(size: { width: number, height: number }, megapixels: number) => string}
 */
export const tooManyPixels = ({ width, height }, megapixels) =>
  `The picture has ${width} x ${height} pixels; at most ${megapixels} million are allowed. Send a smaller one.`;
