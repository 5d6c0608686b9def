// Receives pictures that another app shares with the installed page, and passes them to the page. It caches nothing.
/// <reference lib="webworker" />

const TARGET = new URL("./api/upload", location.href).href; // share_target in site.webmanifest
const TIMEOUT = 60_000; // milliseconds for the page to load and ask

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** @type {{ files: FormDataEntryValue[], done: () => void } | null} */
let shared = null;

worker.addEventListener("install", () => worker.skipWaiting());

worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  // The page's own uploads do not navigate; all other requests go to the server.
  if (method === "POST" && mode === "navigate" && url === TARGET) event.respondWith(take(event));
});

worker.addEventListener("message", ({ data, source }) => {
  if (data !== "shared" || !shared) return;
  source?.postMessage({ shared: shared.files });
  shared.done();
});

/** @type {(event: FetchEvent) => Promise<Response>} */
async function take(event) {
  const files = (await event.request.formData()).getAll("image");
  // The browser may stop an idle worker, which would lose the files.
  event.waitUntil(
    new Promise((resolve) => {
      const mine = { files, done };
      function done() {
        if (shared === mine) shared = null;
        resolve(undefined);
      }
      shared = mine;
      setTimeout(done, TIMEOUT);
    }),
  );
  return Response.redirect("./?shared", 303);
}
