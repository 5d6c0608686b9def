// One record: the original beside its cut-out, its name, and what can be done with it.
import { emit } from "../events.js";
import { isoTime, localTime, measures } from "../format.js";
import { shownName } from "../state.js";
import { copyTemplate, part, setOff, showText } from "./markup.js";
import { mountRename } from "./rename-form.js";

/** @typedef {import("../state.js").Entry} Entry */
/** @typedef {import("../api.js").ImageRecord} ImageRecord */

/**
 * Makes the card of a record; it emits record-rename and record-remove.
 * @param {Entry} first
 */
export function makeRecordCard(first) {
  const root = copyTemplate("record-card");
  const id = first.record.record_id;
  const title = part(root, "name");
  const problem = part(root, "problem");
  const actions = part(root, "actions");
  const confirm = part(root, "confirm");
  const renameButton = part(root, "rename", HTMLButtonElement);
  const deleteButton = part(root, "delete", HTMLButtonElement);
  const confirmButton = part(root, "confirm-delete", HTMLButtonElement);
  const keepButton = part(root, "keep", HTMLButtonElement);
  let entry = first;

  const renaming = mountRename(root, {
    currentName: () => shownName(entry),
    onOpen: (open) => {
      title.hidden = actions.hidden = open;
    },
    onClose: () => renameButton.focus(),
    onSave: (name) => emit(root, "record-rename", { id, name }),
  });

  /** @param {boolean} asking */
  function ask(asking) {
    confirm.hidden = !asking;
    actions.hidden = asking;
  }

  function keep() {
    if (entry.removing) return;
    ask(false);
    deleteButton.focus();
  }

  renameButton.addEventListener("click", () => renaming.open());
  deleteButton.addEventListener("click", () => {
    ask(true);
    // The harmless answer has the focus: a second Enter by habit deletes nothing.
    keepButton.focus();
  });
  keepButton.addEventListener("click", keep);
  confirm.addEventListener("keydown", (event) => {
    if (event.key === "Escape") keep();
  });
  confirmButton.addEventListener("click", () => {
    if (!entry.removing) emit(root, "record-remove", { id });
  });
  fillImages(root, first.record);
  fillFacts(root, first.record);

  /** @param {Entry} next */
  function showName(next) {
    const name = shownName(next);
    title.textContent = name;
    part(root, "original", HTMLImageElement).alt = `Original of ${name}`;
    part(root, "cut-out", HTMLImageElement).alt = `Cut-out of ${name}`;
  }

  /** @param {boolean} removing */
  function showRemoval(removing) {
    part(root, "question").textContent = removing ? "Deleting…" : "Delete for good?";
    setOff(confirmButton, removing);
    setOff(keepButton, removing);
  }

  return {
    root,
    /** @param {Entry} next */
    render(next) {
      const removalFailed = entry.removing && !next.removing;
      entry = next;
      showName(next);
      showText(problem, next.problem);
      showRemoval(next.removing);
      if (removalFailed) keep();
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {ImageRecord} record
 */
function fillImages(root, record) {
  const nameId = `name-${record.record_id}`;
  part(root, "name").id = nameId;
  root.setAttribute("aria-labelledby", nameId);
  for (const button of root.querySelectorAll("[data-describe]")) {
    button.setAttribute("aria-describedby", nameId);
  }
  fillImage(root, "original", record.original_url, record);
  fillImage(root, "cut-out", record.preview_url, record);
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {string} address
 * @param {ImageRecord} record
 */
function fillImage(root, name, address, { width, height }) {
  const image = part(root, name, HTMLImageElement);
  if (width && height) {
    image.width = width;
    image.height = height;
  }
  image.addEventListener("error", () => {
    image.hidden = true;
    part(root, `${name}-missing`).hidden = false;
  });
  image.src = address;
}

/**
 * @param {HTMLElement} root
 * @param {ImageRecord} record
 */
function fillFacts(root, record) {
  const time = part(root, "created", HTMLTimeElement);
  time.dateTime = isoTime(record.created_on);
  time.textContent = localTime(record.created_on);
  part(root, "measures").textContent = measures(record).join(" · ");
  part(root, "download", HTMLAnchorElement).href = `${record.processed_url}?download=1`;
  part(root, "download-original", HTMLAnchorElement).href = `${record.original_url}?download=1`;
}
