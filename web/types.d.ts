// The shapes that more than one module handles. For the checker and the reader: browsers never fetch this file.

export interface ImageRecord {
  record_id: string;
  image_name: string;
  /** counts up with every new cut-out; missing in answers of older servers */
  revision?: number;
  /** UTC, "YYYY-MM-DD HH:MM:SS" */
  created_on: string;
  width: number | null;
  height: number | null;
  size: number | null;
  original_url: string;
  processed_url: string;
  preview_url: string;
}

export interface ListAnswer {
  used: number;
  limit: number;
  retention_days?: number;
  max_upload_mb?: number;
  max_megapixels?: number;
  records: ImageRecord[];
}

export interface UploadAnswer {
  message: string;
  used: number;
  limit: number;
  record: ImageRecord;
}

/** What a cut-out stands on. */
export type Backdrop =
  | { kind: "transparent" }
  | { kind: "color"; color: string }
  | { kind: "gradient"; from: string; to: string }
  | { kind: "blur"; picture: Blob }
  | { kind: "picture"; picture: Blob; label: string };

export type CanvasKind =
  | "original" | "crop" | "square" | "portrait45" | "portrait34" | "wide" | "marketplace" | "id413" | "id600" | "free";

/** How the subject lies on its canvas. */
export interface Framing {
  canvas: CanvasKind;
  /** around the cropped subject, as a share of its width and height */
  margin: number;
  /** the share of the canvas that the subject fills; null: the canvas's own */
  scale: number | null;
  /** the subject's centre, as shares of the canvas */
  x: number;
  y: number;
  isMoved: boolean;
  /** of the free canvas */
  width: number;
  height: number;
}

/** How a picture leaves the page. */
export interface Look {
  framing: Framing;
  shadow: boolean;
  format: Format;
  /** of JPEG and WebP, 0 to 1 */
  quality: number;
}

export type Format = "png" | "jpeg" | "webp";

export interface Size {
  width: number;
  height: number;
}

/**
 * checking: its dimensions are being read; waiting: for its turn, a free place or the connection;
 * paused: the server asked to wait until `until`.
 */
export type Phase = "checking" | "waiting" | "sending" | "removing" | "paused" | "done" | "failed";

/** What the server removes from a picture. */
export type ToRemove = "background" | "foreground";

export interface Upload {
  id: string;
  file: File;
  toRemove: ToRemove;
  phase: Phase;
  percent: number;
  /** the outcome, for people */
  sentence: string;
  /** whether the same file could succeed later */
  retryable: boolean;
  /** milliseconds since 1970 */
  until: number;
  /** automatic tries in a row */
  attempts: number;
}

export type Queue = readonly Upload[];

/**
 * A record with what is under way on it. The record itself is always what the server last said,
 * so that taking back a failed rename is forgetting the wanted name.
 */
export interface Entry {
  record: ImageRecord;
  wantedName: string | null;
  /** the name that failed, so that it need not be typed again */
  draft: string;
  /** deleted on the page, not yet on the server */
  leaving: boolean;
  problem: string;
  /** what is being made of it right now */
  task: string;
  backdrop: Backdrop;
  look: Look;
  /** the original, while this browser still has it */
  file: File | null;
}

export type Entries = readonly Entry[];

export type Connection = "online" | "offline" | "unreachable";

/** What the server refuses, as it said with the list. */
export interface Bounds {
  maxUploadMb: number;
  maxMegapixels: number;
}

export type Sort = "newest" | "oldest" | "name" | "largest";

export interface State extends Bounds {
  list: "loading" | "ready" | "failed";
  listProblem: string;
  /** newest first, with those that are leaving in their place */
  entries: Entries;
  search: string;
  sort: Sort;
  /** ids; only those in the list count */
  selected: ReadonlySet<string>;
  /** the record whose selection changed last: a range starts there */
  anchor: string;
  used: number;
  limit: number;
  /** 0: for ever */
  retentionDays: number;
  queue: Queue;
  /** of the pictures to come */
  toRemove: ToRemove;
  connection: Connection;
  /** the archive that is being written */
  bundle: { done: number; total: number } | null;
}

export interface Store {
  get(): State;
  update(change: (state: State) => State): void;
}

/** What components tell the page. */
export interface PageEvents {
  "pictures-add": { files: File[] };
  "folder-add": { files: File[] };
  "folder-drop": { entries: FileSystemEntry[] };
  "to-remove": { toRemove: ToRemove };
  "upload-retry": { id: string };
  "upload-cancel": { id: string };
  "connection-retry": null;
  "list-retry": null;
  "bundle-start": { ids: string[] | null };
  "bundle-cancel": null;
  "record-wake": null;
  "record-rename": { id: string; name: string };
  "record-select": { id: string; range: boolean };
  "records-search": { text: string };
  "records-sort": { sort: Sort };
  "records-select-all": null;
  "records-select-none": null;
  "records-remove": { ids: string[] };
  "record-zoom": { id: string };
  "record-copy": { id: string };
  "record-touch-up": { id: string };
  "record-frame": { id: string };
  "record-look": { id: string; look: Partial<Look> };
  "record-backdrop-blur": { id: string };
  "look-for-all": { id: string };
  "record-save": { id: string };
  "record-backdrop": { id: string; backdrop: Backdrop };
  "record-backdrop-ask": { id: string };
  "record-backdrop-file": { id: string; file: File };
  "record-backdrop-kept": { id: string; from: string };
  "toast-undo": { id: string };
  "toast-hold": { held: boolean };
  "page-say": { sentence: string; shown?: boolean };
}
