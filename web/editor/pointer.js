// Pointers on the surface: one draws, two pan and zoom; the wheel zooms, space or the middle button pans.
/** @import { Point } from "./brush.js" */
/** @import { Brush, Surface } from "./surface.js" */

const WHEEL_ZOOM = 0.0016;
const LINE = 20; // pixels; some mice count the wheel in lines
const LEAST_PRESSURE = 0.3; // of the brush's size, for a pen's lightest touch

/**
 * Wires the pointers.
 * @param {HTMLCanvasElement} canvas
 * @param {Surface} surface
 * @param {object} tools
 * @param {() => Brush} tools.brush
 * @param {() => boolean} tools.pans whether a drag moves the picture
 * @param {(at: Point | null) => void} tools.onHover the brush's position; null: none
 */
export function followPointers(canvas, surface, { brush, pans, onHover }) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let drawing = -1;
  let panning = -1;

  /** @type {(event: PointerEvent | WheelEvent) => Point} */
  function placeOf(event) {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent} event */
  function press(event) {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, placeOf(event));
    if (down.size === 2) return pinch();
    if (down.size > 2) return;
    if (event.button === 1 || pans()) panning = event.pointerId;
    else if (event.button === 0) {
      drawing = event.pointerId;
      surface.begin(pressed(event), placeOf(event));
    }
  }

  /** A second finger starts a pinch, so the first one's stroke is cancelled. */
  function pinch() {
    if (drawing >= 0) surface.cancel();
    drawing = panning = -1;
    onHover(null);
  }

  /** @type {(event: PointerEvent) => Brush} */
  function pressed(event) {
    const { radius, ...rest } = brush();
    const share = event.pointerType === "pen" && event.pressure > 0 ? LEAST_PRESSURE + (1 - LEAST_PRESSURE) * event.pressure : 1;
    return { ...rest, radius: radius * share };
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const to = placeOf(event);
    const from = down.get(event.pointerId);
    if (from && down.size === 2) pinchTo(event.pointerId, to);
    else if (from && panning === event.pointerId) pan(to.x - from.x, to.y - from.y);
    else if (drawing === event.pointerId) surface.continue(passed(event).map(placeOf));
    if (from) down.set(event.pointerId, to);
    onHover(down.size > 1 || event.pointerType === "touch" ? null : to);
  }

  /** The browser reports a fast pointer once a frame; these are the points in between. @type {(event: PointerEvent) => PointerEvent[]} */
  function passed(event) {
    const all = event.getCoalescedEvents?.() ?? [];
    return all.length > 0 ? all : [event];
  }

  /** @type {(x: number, y: number) => void} */
  function pan(x, y) {
    surface.view.pan(x, y);
    surface.redraw();
  }

  /** @type {(id: number, to: Point) => void} */
  function pinchTo(id, to) {
    const from = /** @type {Point} */ (down.get(id));
    const other = [...down].find(([each]) => each !== id)?.[1];
    if (!other) return;
    const before = Math.hypot(from.x - other.x, from.y - other.y);
    const after = Math.hypot(to.x - other.x, to.y - other.y);
    surface.view.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
    if (before > 0) surface.view.zoomBy(after / before, { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    surface.redraw();
  }

  /** @param {PointerEvent} event */
  function release(event) {
    down.delete(event.pointerId);
    if (drawing === event.pointerId) surface.end();
    if (drawing === event.pointerId || panning === event.pointerId) drawing = panning = -1;
  }

  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => onHover(null));
  // The middle button would otherwise scroll on some systems, and a long touch open a menu.
  canvas.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault());
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE;
    // A touchpad scrolls in both directions; its pinch comes as a wheel with ctrl.
    if (event.shiftKey || (event.deltaX !== 0 && !event.ctrlKey)) return pan(-event.deltaX * unit, -event.deltaY * unit);
    const speed = event.ctrlKey ? 6 * WHEEL_ZOOM : WHEEL_ZOOM;
    surface.view.zoomBy(Math.exp(-event.deltaY * unit * speed), placeOf(event));
    surface.redraw();
  }, { passive: false });
}
