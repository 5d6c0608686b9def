// Lets a link be dragged into a folder or another program, in browsers that save what is dropped there.

/**
 * Wires a link to a file.
 * @param {HTMLAnchorElement} link
 * @param {() => { name: string, type: string }} describe
 */
export function letDragOut(link, describe) {
  link.addEventListener("dragstart", (event) => {
    const { name, type } = describe();
    // A colon would end the name.
    event.dataTransfer?.setData("DownloadURL", `${type}:${name.replaceAll(":", "_")}:${link.href}`);
  });
}
