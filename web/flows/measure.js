// The dimensions of a picture before its upload.

/**
 * Reads a picture's dimensions from its bytes; 0 by 0 if the browser does not support its format.
 * @param {Blob} file
 * @returns {Promise<{ width: number, height: number }>}
 */
export async function measure(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  try {
    await new Promise((resolve) => {
      image.addEventListener("load", resolve);
      image.addEventListener("error", resolve);
      image.src = address;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(address);
  }
}
