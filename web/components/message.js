// What the page says: a visible message, and words for screen readers only.
import { part } from "./markup.js";

/**
 * Wires the page's message and its two polite live regions.
 * @param {HTMLElement} root
 */
export function mountMessage(root) {
  const box = part(root, "message");
  const text = part(root, "message-text");
  const announcement = part(root, "announcement");

  const close = part(root, "message-close", HTMLButtonElement);

  close.addEventListener("click", () => {
    close.hidden = true;
    text.textContent = "";
  });

  return {
    /**
     * Shows a sentence until the reader closes it.
     * @param {string} sentence
     * @param {"good" | "bad"} tone
     */
    show(sentence, tone) {
      box.dataset.tone = tone;
      close.hidden = false;
      text.textContent = sentence;
    },

    /**
     * Tells screen readers what others can see on the page.
     * @param {string} sentence
     */
    announce(sentence) {
      // Emptied first: the same words twice in a row would otherwise be said once.
      announcement.textContent = "";
      setTimeout(() => {
        announcement.textContent = sentence;
      }, 50);
    },
  };
}
