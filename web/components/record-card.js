// The card of one record: its picture, its name and its actions.
import { formatOf, isArranged } from "../core/backdrop.js";
import { isoTime, keptUntil, localTime, measures } from "../core/format.js";
import { shownName } from "../core/records.js";
import { emit } from "../events.js";
import { mountBackdropPicker } from "./backdrop-picker.js";
import { mountCompare } from "./compare.js";
import { copyTemplate, part, setOff, showText } from "./markup.js";
import { mountRename } from "./rename-form.js";

/** @import { Entry, ImageRecord } from "../types.js" */

/**
 * Makes the card of a record; its parts emit the record- events.
 * @param {Entry} first
 * @param {number} retentionDays
 */
export function makeRecordCard(first, retentionDays) {
  const root = copyTemplate("record-card");
  const id = first.record.record_id;
  const title = part(root, "name");
  const head = part(root, "head");
  const renameButton = part(root, "rename", HTMLButtonElement);
  const select = part(root, "select", HTMLInputElement);
  /** @type {Entry | null} */
  let shown = null;

  const renaming = mountRename(root, {
    currentName: () => shownName(shown ?? first),
    draft: () => shown?.draft ?? "",
    onOpen: (open) => {
      head.hidden = open;
    },
    onClose: () => renameButton.focus(),
    onSave: (name) => emit(root, "record-rename", { id, name }),
  });
  const parts = [mountCompare(root, first), mountBackdropPicker(root, id), mountExportBar(root, id)];

  renameButton.addEventListener("click", renaming.open);
  select.addEventListener("click", (event) => emit(root, "record-select", { id, range: event.shiftKey }));
  part(root, "delete", HTMLButtonElement).addEventListener("click", () => emit(root, "records-remove", { ids: [id] }));
  part(root, "zoom", HTMLButtonElement).addEventListener("click", () => emit(root, "record-zoom", { id }));
  part(root, "frame", HTMLButtonElement).addEventListener("click", () => emit(root, "record-frame", { id }));
  part(root, "touch-up", HTMLButtonElement).addEventListener("click", () => emit(root, "record-touch-up", { id }));
  nameParts(root, id);
  fillFacts(root, first.record, retentionDays);

  return {
    root,
    /** @type {(entry: Entry, isSelected: boolean) => void} */
    render(entry, isSelected) {
      select.checked = isSelected;
      root.classList.toggle("is-selected", isSelected);
      if (entry === shown) return;
      shown = entry;
      title.textContent = shownName(entry);
      showText(part(root, "problem"), entry.problem);
      showText(part(root, "task"), entry.task);
      for (const each of parts) each.render(entry);
    },
  };
}

/** Buttons are named by their action and described by the record's name. @type {(root: HTMLElement, id: string) => void} */
function nameParts(root, id) {
  const nameId = `name-${id}`;
  part(root, "name").id = nameId;
  root.setAttribute("aria-labelledby", nameId);
  for (const control of root.querySelectorAll("[data-describe]")) {
    control.setAttribute("aria-describedby", nameId);
  }
}

/** @type {(root: HTMLElement, record: ImageRecord, retentionDays: number) => void} */
function fillFacts(root, record, retentionDays) {
  const time = part(root, "created", HTMLTimeElement);
  time.dateTime = isoTime(record.created_on);
  time.textContent = localTime(record.created_on);
  part(root, "measures").textContent = measures(record).join(" · ");
  part(root, "kept").textContent = keptUntil(record.created_on, retentionDays);
}

/**
 * Wires the buttons in a record's card; they emit record-save, record-look and record-copy.
 * @param {HTMLElement} card
 * @param {string} id
 */
function mountExportBar(card, id) {
  const format = part(card, "format", HTMLSelectElement);
  const save = part(card, "save", HTMLButtonElement);
  const copy = part(card, "copy", HTMLButtonElement);

  save.addEventListener("click", () => emit(save, "record-save", { id }));
  format.addEventListener("change", () => emit(format, "record-look", { id, look: { format: formatOf(format.value) } }));
  for (const type of ["pointerenter", "focusin"]) {
    // Browsers allow copying only right after the click, so its module is loaded before.
    card.addEventListener(type, () => emit(card, "record-wake", null), { once: true });
  }
  copy.addEventListener("click", () => emit(copy, "record-copy", { id }));

  return {
    /** @param {Entry} entry */
    render(entry) {
      const { backdrop, look, task } = entry;
      part(card, "on-backdrop").hidden = !isArranged(entry);
      card.classList.toggle("is-arranged", isArranged(entry));
      save.textContent = backdrop.kind === "transparent" ? "Download framed" : "Download on backdrop";
      format.value = look.format;
      setOff(save, Boolean(task));
      setOff(copy, Boolean(task));
    },
  };
}
