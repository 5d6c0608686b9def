// Components find their parts in the page's HTML by data-part; none of them writes HTML.

/**
 * Finds a part of a component, and fails at once when the HTML lacks it or has another element.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => E} type
 * @returns {E}
 */
export function part(root, name, type = /** @type {any} */ (HTMLElement)) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found instanceof type) return found;
  throw new Error(`The page's HTML has no ${type.name} with data-part="${name}".`);
}

/**
 * Copies the first element of a template of the page.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyTemplate(id) {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement && template.content.firstElementChild;
  if (!first) throw new Error(`The page's HTML has no template "${id}".`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}

/**
 * Writes a sentence into an element, and hides the element when there is none.
 * @param {HTMLElement} target
 * @param {string} sentence
 */
export function showText(target, sentence) {
  target.textContent = sentence;
  target.hidden = !sentence;
}

/**
 * Marks a control as disabled, but lets it keep the focus.
 * @param {HTMLElement} control
 * @param {boolean} off
 */
export function setOff(control, off) {
  control.setAttribute("aria-disabled", String(off));
}

/**
 * Puts the stylesheets of a template on the page, once; what needs them is shown when they are there.
 * @param {string} id
 */
export async function adoptStyles(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return;
  const links = [...document.importNode(template.content, true).querySelectorAll("link")];
  template.remove();
  const loads = links.map((link) => new Promise((resolve) => (link.onload = link.onerror = resolve)));
  document.head.append(...links);
  await Promise.all(loads);
}
