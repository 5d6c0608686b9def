// Says that the server cannot be reached, and what happens to waiting uploads.
import { emit } from "../events.js";
import { part } from "./markup.js";

/** @import { State } from "../types.js" */

const WORDS = {
  online: "",
  offline: "You are offline. What you have chosen is kept and sent when you are back.",
  unreachable: "The server cannot be reached. What you have chosen is kept; this page keeps trying.",
};

/**
 * Wires the bar; it emits connection-retry, and page-say when the connection changes.
 * @param {HTMLElement} root
 */
export function mountConnection(root) {
  const bar = part(root, "connection");
  const text = part(bar, "connection-text");
  const retry = part(bar, "connection-retry", HTMLButtonElement);
  let shown = "online";
  retry.addEventListener("click", () => emit(bar, "connection-retry", null));

  return {
    /** @param {State} state */
    render({ connection }) {
      if (connection === shown) return;
      shown = connection;
      bar.hidden = connection === "online";
      retry.hidden = connection !== "unreachable";
      text.textContent = WORDS[connection];
      emit(bar, "page-say", { sentence: WORDS[connection] || "The connection is back." });
    },
  };
}
