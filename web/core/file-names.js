// Names that every file system takes.

const NOT_IN_FILES = /[\p{Cc}<>:"/\\|?*\u2028\u2029]/gu;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * Makes a file name of what a person called a picture.
 * @type {(name: string, ending: string) => string}
 */
export const fileName = (name, ending) => {
  const plain = name.replace(NOT_IN_FILES, "_").replace(/^[. ]+|[. ]+$/g, "") || "picture";
  return (DEVICE.test(plain) ? `_${plain}` : plain) + ending;
};

/**
 * Makes file names of several pictures; those that would be the same are numbered.
 * @type {(pictures: readonly { name: string, ending: string }[]) => string[]}
 */
export const uniqueFileNames = (pictures) => {
  const taken = new Set();
  return pictures.map(({ name, ending }) => {
    let candidate = fileName(name, ending);
    for (let number = 2; taken.has(candidate.toLowerCase()); number += 1) {
      candidate = fileName(`${name} (${number})`, ending);
    }
    // Some file systems do not distinguish upper and lower case.
    taken.add(candidate.toLowerCase());
    return candidate;
  });
};
