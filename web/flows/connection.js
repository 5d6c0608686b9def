// Whether the server can be reached: what the browser knows, and a look now and then while it cannot.
import { isReachable } from "../api.js";
import { connected } from "../core/state.js";

/** @import { Connection, Store } from "../types.js" */

const FIRST_LOOK = 2000; // milliseconds
const LAST_LOOK = 30_000;

/**
 * Keeps the state's connection true; `onBack` runs when the server can be reached again.
 * @param {Store} store
 * @param {() => void} onBack
 */
export function watchConnection(store, onBack) {
  let timer = 0;
  let pause = FIRST_LOOK;

  /** @param {Connection} connection */
  function tell(connection) {
    if (store.get().connection !== connection) store.update((state) => connected(state, connection));
  }

  async function look() {
    clearTimeout(timer);
    if (!navigator.onLine) return tell("offline");
    if (await isReachable()) return back();
    tell(navigator.onLine ? "unreachable" : "offline");
    pause = Math.min(pause * 2, LAST_LOOK);
    timer = setTimeout(look, pause);
  }

  function back() {
    pause = FIRST_LOOK;
    tell("online");
    onBack();
  }

  window.addEventListener("offline", () => tell("offline"));
  window.addEventListener("online", look);
  if (!navigator.onLine) tell("offline");

  return {
    /** A call got no answer. */
    lost() {
      if (store.get().connection === "unreachable") return;
      tell(navigator.onLine ? "unreachable" : "offline");
      clearTimeout(timer);
      timer = setTimeout(look, pause);
    },
    look,
  };
}
