// The measures of a picture that has not been sent.

/**
 * Reads a picture's measures from its own bytes; 0 by 0 where the browser does not read its format.
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
