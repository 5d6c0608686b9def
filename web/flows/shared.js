// Pictures that another app shared with the installed page: the service worker keeps them until the page asks.

/**
 * Registers the service worker and passes shared pictures on.
 * @param {(files: File[]) => void} use
 */
export async function takeShared(use) {
  const workers = navigator.serviceWorker;
  if (!workers) return; // plain http, or a private window
  // Relative to the page, not to this module: the worker's folder is the part of the site that it serves.
  await workers.register("service-worker.js").catch(() => {});
  const address = new URL(location.href);
  if (!address.searchParams.has("shared")) return;
  address.searchParams.delete("shared");
  history.replaceState(history.state, "", address);
  workers.addEventListener("message", ({ data }) => data.shared && use(data.shared));
  workers.startMessages();
  (await workers.ready).active?.postMessage("shared");
}
