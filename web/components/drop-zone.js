// Files dragged onto a part of the page.

/**
 * Hands over the files that are dropped on a zone, and marks the zone while they hover over it.
 * @param {HTMLElement} zone
 * @param {(files: FileList) => void} onDrop
 */
export function acceptDrops(zone, onDrop) {
  // A file that misses the zone would otherwise replace the page.
  for (const type of ["dragover", "drop"]) {
    window.addEventListener(type, (event) => event.preventDefault());
  }
  zone.addEventListener("dragenter", () => zone.classList.add("is-target"));
  zone.addEventListener("dragleave", (event) => {
    // Entering a child leaves its parent: only leaving the whole zone counts.
    const into = event.relatedTarget;
    if (!(into instanceof Node && zone.contains(into))) zone.classList.remove("is-target");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-target");
    if (event.dataTransfer) onDrop(event.dataTransfer.files);
  });
}
