// The surface that is drawn on: strokes go into the matte a frame at a time, and what changed is shown.
import { paintPart, partsOf, profileOf } from "./brush.js";
import { pictureLevels, union } from "./levels.js";
import { makeMatte } from "./matte.js";
import { startSmart } from "./smart.js";
import { makeView } from "./view.js";

/** @import { Point, Segment } from "./brush.js" */
/** @import { Rect } from "./levels.js" */
/** @import { Region } from "./smart.js" */

/** @typedef {{ target: 0 | 255, radius: number, softness: number, isSmart: boolean }} Brush radius in pixels of the page */
/** @typedef {{ width: number, height: number, pixels: Uint32Array }} Picture */
/** @typedef {ReturnType<typeof makeSurface>} Surface */
/**
 * @typedef {object} Job
 * @property {(until: number) => boolean} advance works until then; true if something is left
 * @property {() => boolean} isEnded
 * @property {() => void} finish
 */

const FRAME_BUDGET = 3; // milliseconds of drawing; the rest of the stroke follows in the next frame
const SMART_STEP = 0.5; // of the radius: the stroke samples colours again after that

/** The name under which each frame of a stroke is measured. */
export const STROKE_FRAME = "stroke-frame";

/**
 * Makes the surface.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 * @param {Uint8Array} alpha changed in place
 * @param {() => void} onChange the view, the history or the zoom changed
 */
export function makeSurface(canvas, { width, height, pixels }, alpha, onChange) {
  const levels = pictureLevels(width, height, pixels);
  const matte = makeMatte(width, height, alpha);
  const view = makeView(canvas, levels, matte.levels);
  /** Strokes and changes in the order they were made; a large stroke may still be drawn when the next begins. @type {Job[]} */
  const jobs = [];
  /** @type {ReturnType<typeof makeStroke> | null} */
  let stroke = null;
  /** @type {Rect | null} */
  let changed = null;
  let redraws = true;
  let frame = 0;
  let timer = 0;

  function requestFrame() {
    frame ||= requestAnimationFrame(drawFrame);
  }

  function redrawAll() {
    redraws = true;
    requestFrame();
  }

  function drawFrame() {
    frame = 0;
    const start = performance.now();
    const isDrawing = jobs.length > 0;
    if (work(start + FRAME_BUDGET)) requestFrame();
    if (changed) matte.update(changed);
    if (redraws) view.draw(null);
    else if (changed) view.draw(changed);
    redraws = false;
    changed = null;
    if (isDrawing) performance.measure(STROKE_FRAME, { start });
  }

  /** Works on the jobs until the time is used up; true if some of it could go on. @type {(until: number) => boolean} */
  function work(until) {
    for (let job = jobs[0]; job; job = jobs[0]) {
      if (job.advance(until)) return true;
      if (!job.isEnded()) return false;
      jobs.shift();
      job.finish();
      onChange();
    }
    return false;
  }

  function packHistory() {
    if (matte.history.packSome()) timer = setTimeout(packHistory);
  }

  /** Finishes the pending work at once. */
  function settle() {
    stroke?.end();
    stroke = null;
    work(Number.POSITIVE_INFINITY);
    if (changed) matte.update(changed);
  }

  /** @type {(brush: Brush, first: Point) => Job & { add(points: Point[]): void, end(): void }} */
  function makeStroke(brush, first) {
    const radius = Math.max(0.5, brush.radius / view.scale());
    const profile = profileOf(radius, brush.softness);
    const regionOf = brush.isSmart ? startSmart(levels, first, radius) : null;
    const shortest = radius * 0.1;
    const longest = brush.isSmart ? radius * SMART_STEP : Number.POSITIVE_INFINITY;
    /** @type {Point[]} */
    const points = [first];
    let last = first;
    let ended = false;
    /** @type {Segment} */
    let segment = { from: first, to: first, radius };
    /** @type {Region | null} */
    let region = null;
    /** @type {Rect[]} */
    let parts = [];

    /** @param {Point} to */
    function goTo(to) {
      segment = { from: last, to, radius };
      last = to;
      region = regionOf?.(segment) ?? null;
      parts = regionOf && !region ? [] : partsOf(segment, matte, region);
    }

    /** Goes to the next point, or part of the way. */
    function goOn() {
      const next = /** @type {Point} */ (points[0]);
      const distance = Math.hypot(next.x - last.x, next.y - last.y);
      if (distance > longest) return goTo(between(last, next, longest / distance));
      points.shift();
      // Points closer than that change nothing that can be seen, but the last one counts.
      if (distance >= shortest || next === first || (ended && points.length === 0)) goTo(next);
    }

    const isDone = () => points.length === 0 && parts.length === 0;

    return {
      add: (more) => void points.push(...more),
      end: () => void (ended = true),
      isEnded: () => ended && isDone(),
      /** Draws until the time is used up; true if something is left. */
      advance(until) {
        while (!isDone()) {
          const part = parts.pop();
          if (part) {
            paintPart(matte, part, segment, profile, brush.target, region);
            changed = union(changed, part);
          } else goOn();
          if (performance.now() > until) break;
        }
        return !isDone();
      },
      finish() {
        matte.endStroke();
        clearTimeout(timer);
        timer = setTimeout(packHistory);
      },
    };
  }

  return {
    matte,
    view,
    /** Draws all of the view in the next frame. */
    redraw() {
      redrawAll();
      onChange();
    },
    /** Fits the canvas to its place on the page. */
    resize() {
      view.resize();
      redrawAll();
      onChange();
    },
    /** Begins a stroke at a point of the page. @type {(brush: Brush, at: Point) => void} */
    begin(brush, at) {
      stroke = makeStroke(brush, view.toPicture(at));
      jobs.push(stroke);
      requestFrame();
    },
    /** @param {Point[]} points of the page */
    continue(points) {
      stroke?.add(points.map(view.toPicture));
      if (stroke) requestFrame();
    },
    end() {
      stroke?.end();
      stroke = null;
      requestFrame();
    },
    /** Takes back the stroke that is being drawn. */
    cancel() {
      if (stroke && jobs[0] === stroke) matte.cancelStroke();
      if (stroke) jobs.splice(jobs.indexOf(stroke), 1);
      stroke = null;
      redrawAll();
    },
    settle,
    /** @param {"undo" | "redo" | "startOver"} action */
    change(action) {
      stroke?.end();
      stroke = null;
      jobs.push({ advance: () => false, isEnded: () => true, finish: matte[action] });
      redrawAll();
    },
    /** Ends everything that is under way. */
    close() {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    },
  };
}

/** @type {(one: Point, other: Point, share: number) => Point} */
const between = (one, other, share) => ({
  x: one.x + (other.x - one.x) * share,
  y: one.y + (other.y - one.y) * share,
});
