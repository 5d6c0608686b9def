// Wires the components to the state and the API: data down, events up.
import * as api from "./api.js";
import { mountMessage } from "./components/message.js";
import { mountRecordList } from "./components/record-list.js";
import { mountUploadForm } from "./components/upload-form.js";
import { mountUploadProgress } from "./components/upload-progress.js";
import { listen } from "./events.js";
import { SUCCESS_CODE, explain, findSentence } from "./messages.js";
import * as change from "./state.js";

// With these the same file would fail again, so no second try is offered.
const FILE_AT_FAULT = new Set(["image_too_large", "unsupported_image", "unreadable_image"]);
// After these the page no longer knows what the server keeps.
const LIST_IN_DOUBT = new Set(["limit_reached", "network", "timeout"]);

const page = document.body;
const message = mountMessage(page);
const form = mountUploadForm(page);
const views = [form, mountUploadProgress(page), mountRecordList(page)];
let state = change.initialState();

/** @param {change.State} next */
function show(next) {
  state = next;
  for (const view of views) view.render(state);
}

/** @param {unknown} failure */
function codeOf(failure) {
  return failure instanceof api.ApiError ? failure.code : "internal";
}

async function loadList() {
  show(change.listAsked(state));
  try {
    show(change.listArrived(state, await api.list()));
  } catch (failure) {
    show(change.listFailed(state, explain(failure)));
    message.announce(state.listProblem);
  }
}

async function refreshList() {
  try {
    show(change.listArrived(state, await api.list()));
  } catch {
    // What the page shows is still the best that is known; the upload's failure is on it.
  }
}

/** @type {Promise<void>} */
let listed = loadList();

// The list's answer sets the cookie: a picture sent before it would belong to somebody else.
async function awaitIdentity() {
  await listed;
  if (state.list !== "failed") return;
  listed = loadList();
  await listed;
  if (state.list === "failed") throw new api.ApiError("network", state.listProblem);
}

/** @param {number} fraction */
function followUpload(fraction) {
  if (fraction >= 1) message.announce("Removing the background…");
  show(change.uploadProgressed(state, fraction));
}

/**
 * @param {File} file
 * @param {string} name
 */
async function sendPicture(file, name) {
  if (change.isSending(state)) return;
  show(change.uploadStarted(state, file, name));
  try {
    await awaitIdentity();
    const answer = await api.upload(file, name, followUpload);
    show(change.uploadSucceeded(state, answer));
    message.announce(answer.message);
  } catch (failure) {
    const code = codeOf(failure);
    show(change.uploadFailed(state, explain(failure), !FILE_AT_FAULT.has(code)));
    message.announce(explain(failure));
    if (LIST_IN_DOUBT.has(code) && state.list === "ready") await refreshList();
  }
}

/**
 * @param {string} id
 * @param {string} name
 */
async function renameRecord(id, name) {
  show(change.renameStarted(state, id, name));
  try {
    await api.rename(id, name);
    show(change.renameSucceeded(state, id, name));
    message.announce(`Renamed to ${name}.`);
  } catch (failure) {
    fail(id, failure);
  }
}

/** @param {string} id */
async function removeRecord(id) {
  show(change.removeStarted(state, id));
  try {
    await api.remove(id);
    show(change.removeSucceeded(state, id));
    message.announce("Deleted.");
  } catch (failure) {
    fail(id, failure);
  }
}

/**
 * @param {string} id
 * @param {unknown} failure
 */
function fail(id, failure) {
  show(change.changeFailed(state, id, explain(failure)));
  message.announce(explain(failure));
}

// A form sent without JavaScript comes back with ?flash=<code>. The code leaves the address,
// so that a reload or a shared link does not say it again.
function showFlash() {
  const address = new URL(location.href);
  const code = address.searchParams.get("flash");
  if (code === null) return;
  address.searchParams.delete("flash");
  history.replaceState(history.state, "", address);
  const sentence = findSentence(code);
  if (sentence) message.show(sentence, code === SUCCESS_CODE ? "good" : "bad");
}

listen(page, "upload-send", ({ file, name }) => sendPicture(file, name));
listen(page, "upload-retry", () => {
  if (state.upload) sendPicture(state.upload.file, state.upload.name);
});
listen(page, "upload-dismiss", () => {
  show(change.uploadDismissed(state));
  form.focus();
});
listen(page, "list-retry", () => {
  listed = loadList();
});
listen(page, "record-rename", ({ id, name }) => renameRecord(id, name));
listen(page, "record-remove", ({ id }) => removeRecord(id));
listen(page, "page-say", ({ sentence }) => message.announce(sentence));
showFlash();
