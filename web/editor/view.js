// Draws the picture and its matte into a canvas of the view's size, at any zoom.
/** @import { Point } from "./brush.js" */
/** @import { Level, Rect } from "./levels.js" */

const LARGEST_SCALE = 8;
const LARGEST_FIT = 2;
const MARGIN = 16; // pixels of the page
const MOST_PIXELS = 1_600_000; // of the canvas: beyond that it is drawn coarser than the screen
const CHECK_SIZE = 12;
const DIMMED = 72; // of 256: visibility of the removed parts of the original

/** @typedef {ReturnType<typeof makeView>} View */

/**
 * Makes the view.
 * @param {HTMLCanvasElement} canvas
 * @param {Level<Uint32Array>[]} picture
 * @param {Level<Uint8Array>[]} matte
 */
export function makeView(canvas, picture, matte) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const size = /** @type {Level<Uint32Array>} */ (picture[0]);
  const checks = checkColors(canvas);
  let image = new ImageData(1, 1);
  let words = new Uint32Array(image.data.buffer);
  let columns = new Int32Array(1);
  let ratio = 1; // canvas pixels per pixel of the page
  let scale = 1; // pixels of the page per pixel of the picture
  let left = 0; // of the picture, in pixels of the page
  let top = 0;
  let showsOriginal = false;
  let isFitted = true;

  const fitScale = () =>
    Math.min(
      LARGEST_FIT,
      (canvas.clientWidth - 2 * MARGIN) / size.width,
      (canvas.clientHeight - 2 * MARGIN) / size.height,
    );

  function fit() {
    scale = Math.max(0.001, fitScale());
    left = (canvas.clientWidth - size.width * scale) / 2;
    top = (canvas.clientHeight - size.height * scale) / 2;
    isFitted = true;
  }

  /** Keeps a part of the picture in sight. */
  function bound() {
    const [width, height] = [size.width * scale, size.height * scale];
    left = Math.max(MARGIN * 3 - width, Math.min(canvas.clientWidth - MARGIN * 3, left));
    top = Math.max(MARGIN * 3 - height, Math.min(canvas.clientHeight - MARGIN * 3, top));
  }

  /** Zooms to a scale; the point of the page stays on the same pixel of the picture. @type {(next: number, around: Point) => void} */
  function zoomTo(next, around) {
    const bounded = Math.max(Math.min(fitScale() / 2, 1), Math.min(LARGEST_SCALE, next));
    left = around.x - ((around.x - left) * bounded) / scale;
    top = around.y - ((around.y - top) * bounded) / scale;
    scale = bounded;
    isFitted = false;
    bound();
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = canvas;
    ratio = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    image = new ImageData(canvas.width, canvas.height);
    words = new Uint32Array(image.data.buffer);
    columns = new Int32Array(canvas.width);
    if (isFitted) fit();
    else bound();
  }

  /** Draws what a rectangle of the picture covers, or everything. @param {Rect | null} changed */
  function draw(changed) {
    const zoom = scale * ratio;
    const area = changed ? covered(changed, zoom) : { left: 0, top: 0, right: canvas.width, bottom: canvas.height };
    if (area.left >= area.right || area.top >= area.bottom) return;
    const depth = Math.max(0, Math.min(picture.length - 1, Math.floor(-Math.log2(zoom))));
    const colors = /** @type {Level<Uint32Array>} */ (picture[depth]);
    const alphas = /** @type {Level<Uint8Array>} */ (matte[depth]);
    const step = 1 / (zoom * (1 << depth));
    for (let x = area.left; x < area.right; x += 1) {
      const column = Math.floor((x + 0.5 - left * ratio) * step);
      columns[x] = column < 0 || column >= colors.width ? -1 : column;
    }
    for (let y = area.top; y < area.bottom; y += 1) {
      const row = Math.floor((y + 0.5 - top * ratio) * step);
      const start = row < 0 || row >= colors.height ? -1 : row * colors.width;
      drawRow(y, area, start, colors.pixels, alphas.pixels);
    }
    context.putImageData(image, 0, 0, area.left, area.top, area.right - area.left, area.bottom - area.top);
  }

  /** @type {(changed: Rect, zoom: number) => Rect} */
  function covered(changed, zoom) {
    // A pixel of a smaller level stands for several of the picture: two more on each side.
    return {
      left: Math.max(0, Math.floor(changed.left * zoom + left * ratio) - 2),
      top: Math.max(0, Math.floor(changed.top * zoom + top * ratio) - 2),
      right: Math.min(canvas.width, Math.ceil(changed.right * zoom + left * ratio) + 2),
      bottom: Math.min(canvas.height, Math.ceil(changed.bottom * zoom + top * ratio) + 2),
    };
  }

  /** @type {(y: number, area: Rect, start: number, colors: Uint32Array, alphas: Uint8Array) => void} */
  function drawRow(y, area, start, colors, alphas) {
    const cell = CHECK_SIZE * ratio;
    const parity = Math.floor(y / cell) & 1;
    const line = y * canvas.width;
    for (let x = area.left; x < area.right; x += 1) {
      const column = /** @type {number} */ (columns[x]);
      if (start < 0 || column < 0) {
        words[line + x] = 0;
        continue;
      }
      const color = /** @type {number} */ (colors[start + column]);
      const alpha = showsOriginal ? 255 : /** @type {number} */ (alphas[start + column]);
      if (alpha === 255) {
        words[line + x] = color;
        continue;
      }
      const check = ((x / cell) & 1) === parity ? checks.light : checks.dark;
      const share = DIMMED + (((256 - DIMMED) * alpha) >> 8);
      words[line + x] = mix(color, check, share);
    }
  }

  /** @type {(point: Point) => Point} */
  const toPicture = ({ x, y }) => ({ x: (x - left) / scale, y: (y - top) / scale });
  const middle = () => ({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });

  return {
    resize,
    draw,
    toPicture,
    scale: () => scale,
    /** @type {(x: number, y: number) => void} */
    pan(x, y) {
      left += x;
      top += y;
      isFitted = false;
      bound();
    },
    fit,
    zoomTo,
    /** @type {(factor: number, around?: Point) => void} */
    zoomBy: (factor, around = middle()) => zoomTo(scale * factor, around),
    zoomActual: () => zoomTo(1, middle()),
    /** @param {boolean} shown */
    showOriginal(shown) {
      showsOriginal = shown;
    },
  };
}

/** Mixes two opaque colours, `share` of 256 of the first. @type {(one: number, other: number, share: number) => number} */
function mix(one, other, share) {
  const rest = 256 - share;
  const redBlue = (((one & 0xff00ff) * share + (other & 0xff00ff) * rest) >>> 8) & 0xff00ff;
  const green = ((((one >>> 8) & 0xff) * share + ((other >>> 8) & 0xff) * rest) >>> 8) & 0xff;
  return (0xff000000 | (green << 8) | redBlue) >>> 0;
}

/** The checkerboard's colours, as words. @param {HTMLElement} element */
function checkColors(element) {
  const style = getComputedStyle(element);
  return { light: word(style.getPropertyValue("--check-light")), dark: word(style.getPropertyValue("--check-dark")) };
}

/** @type {(hex: string) => number} */
function word(hex) {
  const value = Number.parseInt(hex.trim().slice(1), 16);
  return (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >>> 16)) >>> 0;
}
