// A small view of a file that has not been sent, straight from the reader's disk.

/**
 * Wires an image that shows a picked file, or hides itself when the browser cannot read it.
 * @param {HTMLImageElement} image
 */
export function mountThumbnail(image) {
  /** @type {File | null} */
  let shown = null;
  image.addEventListener("error", () => {
    image.hidden = true;
  });

  return {
    /** @param {File | null} file */
    show(file) {
      if (file === shown) return;
      // A blob address keeps the whole file in memory until it is revoked.
      if (shown) URL.revokeObjectURL(image.src);
      shown = file;
      image.hidden = !file;
      if (file) image.src = URL.createObjectURL(file);
      else image.removeAttribute("src");
    },
  };
}
