// The only module that talks to the network: calls, image addresses and image bytes.
import { API_BASE } from "./config.js";
import { codeOfStatus, sentenceOf } from "./core/messages.js";

/** @import { ImageRecord, ListAnswer, ToRemove, UploadAnswer } from "./types.js" */

const ANSWER_SECONDS = 30;
const IMAGE_SECONDS = 120;
// Longer than the server's own timeout for its remover, so that its answer arrives first.
const REMOVAL_SECONDS = 180;
const BASE = new URL(API_BASE, document.baseURI);
// A large image is a redirect to its bucket, which must not be asked for with cookies.
const CREDENTIALS = BASE.origin === location.origin ? "same-origin" : "include";

/** A call that did not succeed: its code, a sentence for people and the HTTP status (0: no answer). */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} [detail]
   * @param {number} [status]
   * @param {number} [retryAfter] seconds
   */
  constructor(code, detail = sentenceOf(code), status = 0, retryAfter = 0) {
    super(detail);
    this.name = "ApiError";
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Gives the full address of one of a record's images, wherever the endpoints answer.
 * @type {(path: string) => string}
 */
export const imageAddress = (path) => new URL(path, BASE).href;

/**
 * Gives the address that saves one of a record's images under the record's name.
 * @type {(path: string) => string}
 */
export const downloadAddress = (path) => {
  const address = new URL(path, BASE);
  address.searchParams.set("download", "1");
  return address.href;
};

/**
 * Fetches the reader's records; its first answer also sets the cookie that later calls need.
 * @returns {Promise<ListAnswer>}
 */
export async function list() {
  const answer = await call("/list", { cache: "no-store" });
  if (!Array.isArray(answer.records)) throw new ApiError("internal");
  return answer;
}

/**
 * Gives a record another name.
 * @type {(recordId: string, name: string) => Promise<void>}
 */
export async function rename(recordId, name) {
  await call(`/rename/${encodeURIComponent(recordId)}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ record_name: name }),
  });
}

/**
 * Replaces the matte of a record's cut-out and returns the new record; `revision_changed` if it is no longer at this revision.
 * @type {(record: ImageRecord, matte: Blob) => Promise<ImageRecord>}
 */
export async function putMatte({ record_id, revision = 1 }, matte) {
  const options = {
    method: "PUT",
    headers: { Accept: "application/json", "Content-Type": "image/png", "If-Match": `"${revision}"` },
    body: matte,
  };
  const response = await get(`${BASE.href}/matte/${encodeURIComponent(record_id)}`, options, REMOVAL_SECONDS);
  const answer = await read(response.status, response.headers.get("Retry-After"), await response.text());
  return answer.record;
}

/**
 * Deletes a record and its images for good; the call outlives a page that is being left.
 * @type {(recordId: string) => Promise<void>}
 */
export async function remove(recordId) {
  await call(`/delete/${encodeURIComponent(recordId)}`, { method: "DELETE", keepalive: true });
}

/**
 * Tells whether the server answers at all.
 * @returns {Promise<boolean>}
 */
export async function isReachable() {
  try {
    await get(`${BASE.href}/health`, { cache: "no-store" }, ANSWER_SECONDS);
    return true;
  } catch {
    return false;
  }
}

/**
 * Fetches the bytes of one of a record's images.
 * @type {(path: string, signal?: AbortSignal) => Promise<Blob>}
 */
export async function image(path, signal) {
  const response = await get(imageAddress(path), signal ? { signal } : {}, IMAGE_SECONDS);
  if (!response.ok) await read(response.status, null, await response.text());
  return response.blob();
}

/**
 * Uploads a picture. XMLHttpRequest, because fetch does not report upload progress.
 * @param {string} key idempotency key: a repeated upload returns the first one's result
 * @param {File} file named by the server after its stem
 * @param {ToRemove} toRemove
 * @param {AbortSignal} signal
 * @param {(fraction: number) => void} onProgress 1 once everything is sent
 * @returns {Promise<UploadAnswer>}
 */
export function upload(key, file, toRemove, signal, onProgress) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => request.abort());
    followSending(request, onProgress);
    request.addEventListener("error", () => reject(new ApiError("network")));
    request.addEventListener("abort", () => reject(new ApiError(signal.aborted ? "cancelled" : "timeout")));
    request.addEventListener("load", () => {
      const retryAfter = request.getResponseHeader("Retry-After");
      resolve(read(request.status, retryAfter, request.responseText));
    });
    request.open("POST", `${BASE.href}/upload`);
    request.withCredentials = true;
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Idempotency-Key", key);
    request.send(formOf(file, toRemove));
  });
}

/** @type {(file: File, toRemove: ToRemove) => FormData} */
function formOf(file, toRemove) {
  const form = new FormData();
  form.append("to_remove", toRemove);
  form.append("image", file);
  return form;
}

/** @type {(request: XMLHttpRequest, onProgress: (fraction: number) => void) => void} */
function followSending(request, onProgress) {
  let timeout = 0;
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) onProgress(Math.min(event.loaded / event.total, 0.99));
  });
  request.upload.addEventListener("load", () => {
    onProgress(1);
    timeout = setTimeout(() => request.abort(), REMOVAL_SECONDS * 1000);
  });
  request.addEventListener("loadend", () => clearTimeout(timeout));
}

/** @type {(path: string, options: RequestInit) => Promise<any>} */
async function call(path, options) {
  const headers = { Accept: "application/json", ...options.headers };
  const response = await get(BASE.href + path, { ...options, headers }, ANSWER_SECONDS);
  return read(response.status, response.headers.get("Retry-After"), await response.text());
}

/** @type {(address: string, options: RequestInit, seconds: number) => Promise<Response>} */
async function get(address, options, seconds) {
  const timeout = AbortSignal.timeout(seconds * 1000);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    return await fetch(address, { ...options, signal, credentials: CREDENTIALS });
  } catch (failure) {
    if (options.signal?.aborted) throw new ApiError("cancelled");
    throw new ApiError(failure instanceof DOMException && failure.name === "TimeoutError" ? "timeout" : "network");
  }
}

/**
 * Gives the answer's JSON, or throws what its problem document says.
 * @type {(status: number, retryAfter: string | null, text: string) => Promise<any>}
 */
async function read(status, retryAfter, text) {
  const body = parse(text);
  if (status >= 200 && status < 300 && body) return body;
  throw new ApiError(body?.code ?? codeOfStatus(status), body?.detail, status, secondsOf(retryAfter));
}

/** Retry-After is a number of seconds or a date. @type {(retryAfter: string | null) => number} */
function secondsOf(retryAfter) {
  if (!retryAfter) return 0;
  const seconds = Number(retryAfter);
  const wait = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1000 : seconds;
  return Math.max(0, Math.ceil(wait)) || 0;
}

/** @type {(text: string) => any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
