/** Elements made in code: their text is always plain text. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  const { role, ...others } = /** @type {any} */ (properties);
  Object.assign(made, others);
  if (role) made.setAttribute("role", role);
  made.append(...children);
  return made;
}
