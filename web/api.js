// The only module that talks to the network. All calls stay on the page's own origin.
import { API_BASE } from "./config.js";
import { sentenceOf } from "./messages.js";

/**
 * @typedef {object} ImageRecord
 * @property {string} record_id
 * @property {string} image_name
 * @property {string} created_on UTC, "YYYY-MM-DD HH:MM:SS"
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} size
 * @property {string} original_url
 * @property {string} processed_url
 * @property {string} preview_url
 */
/** @typedef {{ used: number, limit: number, records: ImageRecord[] }} ListAnswer */
/** @typedef {{ message: string, used: number, limit: number, record: ImageRecord }} UploadAnswer */

const ANSWER_SECONDS = 30;
// Longer than the server's own patience with its remover, so that its answer arrives first.
const REMOVAL_SECONDS = 180;
const UNREACHABLE = "The server cannot be reached. Check your connection and try again.";
const TOO_LATE = "The server did not answer in time. Try again in a minute.";
// A proxy in front of the server may refuse a call with a page of its own and no code.
const CODE_OF_STATUS = new Map([
  [404, "not_found"],
  [413, "image_too_large"],
  [429, "rate_limited"],
  [503, "unavailable"],
]);

/** A call that did not succeed: its code, a sentence for people and the HTTP status (0: no answer). */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} detail
   * @param {number} [status]
   * @param {number} [retryAfter] seconds
   */
  constructor(code, detail, status = 0, retryAfter = 0) {
    super(detail);
    this.name = "ApiError";
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Fetches the reader's records; its first answer also sets the cookie that later calls need.
 * @returns {Promise<ListAnswer>}
 */
export async function list() {
  const answer = await call("/list", { cache: "no-store" });
  if (!Array.isArray(answer.records)) throw new ApiError("internal", sentenceOf("internal"));
  return answer;
}

/**
 * Gives a record another name.
 * @param {string} recordId
 * @param {string} name
 * @returns {Promise<void>}
 */
export async function rename(recordId, name) {
  await call(`/rename/${encodeURIComponent(recordId)}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ record_name: name }),
  });
}

/**
 * Deletes a record and its images for good.
 * @param {string} recordId
 * @returns {Promise<void>}
 */
export async function remove(recordId) {
  await call(`/delete/${encodeURIComponent(recordId)}`, { method: "DELETE" });
}

/**
 * Sends a picture; fetch cannot report what has been sent, hence XMLHttpRequest.
 * @param {File} file
 * @param {string} name empty: the server takes the file's stem
 * @param {(fraction: number) => void} onProgress 1 once everything is sent
 * @returns {Promise<UploadAnswer>}
 */
export function upload(file, name, onProgress) {
  const form = new FormData();
  form.append("image", file);
  if (name) form.append("name", name);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    let patience = 0;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.min(event.loaded / event.total, 0.99));
    });
    request.upload.addEventListener("load", () => {
      onProgress(1);
      patience = setTimeout(() => request.abort(), REMOVAL_SECONDS * 1000);
    });
    request.addEventListener("loadend", () => clearTimeout(patience));
    request.addEventListener("error", () => reject(new ApiError("network", UNREACHABLE)));
    request.addEventListener("abort", () => reject(new ApiError("timeout", TOO_LATE)));
    request.addEventListener("load", () => {
      const retryAfter = request.getResponseHeader("Retry-After");
      resolve(read(request.status, retryAfter, request.responseText));
    });
    request.open("POST", `${API_BASE}/upload`);
    request.setRequestHeader("Accept", "application/json");
    request.send(form);
  });
}

/**
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<any>}
 */
async function call(path, options) {
  const headers = { Accept: "application/json", ...options.headers };
  const signal = AbortSignal.timeout(ANSWER_SECONDS * 1000);
  try {
    const init = { ...options, headers, signal, credentials: /** @type {const} */ ("same-origin") };
    const response = await fetch(`${API_BASE}${path}`, init);
    const retryAfter = response.headers.get("Retry-After");
    return await read(response.status, retryAfter, await response.text());
  } catch (failure) {
    if (failure instanceof ApiError) throw failure;
    const late = failure instanceof DOMException && failure.name === "TimeoutError";
    throw late ? new ApiError("timeout", TOO_LATE) : new ApiError("network", UNREACHABLE);
  }
}

/**
 * Gives the answer's JSON, or throws what its problem document says.
 * @type {(status: number, retryAfter: string | null, text: string) => Promise<any>}
 */
async function read(status, retryAfter, text) {
  const body = parse(text);
  if (status >= 200 && status < 300 && body) return body;
  const code = body?.code ?? CODE_OF_STATUS.get(status) ?? "internal";
  const seconds = Number.parseInt(retryAfter ?? "", 10) || 0;
  throw new ApiError(code, body?.detail ?? sentenceOf(code), status, seconds);
}

/** @type {(text: string) => any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
