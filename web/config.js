// What may differ between installations. Everything else asks this module.

/** The address of the endpoints: a path on this origin, or the full address of a host that allows this origin. */
export const API_BASE = "/api";
