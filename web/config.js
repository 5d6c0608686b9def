// What may differ between installations. Everything else asks this module.

/** Where the endpoints answer; on the page's own origin, since nothing else may be reached. */
export const API_BASE = "/api";

/** The largest file, in MiB, that is sent at all; keep it equal to the server's MAX_UPLOAD_MB. */
export const MAX_UPLOAD_MB = 20;
