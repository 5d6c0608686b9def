// Events of components for the page. Events bubble up from a component; state goes down to it.
/** @import { PageEvents } from "./types.js" */

/**
 * Tells everything above a component that something happened in it.
 * @template {keyof PageEvents} K
 * @param {EventTarget} source
 * @param {K} name
 * @param {PageEvents[K]} detail
 */
export function emit(source, name, detail) {
  source.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

/**
 * Listens to the events of the components inside an element.
 * @template {keyof PageEvents} K
 * @param {EventTarget} target
 * @param {K} name
 * @param {(detail: PageEvents[K]) => void} handler
 */
export function listen(target, name, handler) {
  target.addEventListener(name, (event) => handler(/** @type {CustomEvent} */ (event).detail));
}
