/** Elements made in code: their text is always plain text. */

import { plainText } from "../model/plain_text.js";

/** Properties that a person reads. @type {("textContent" | "title")[]} */
const SHOWN = ["textContent", "title"];

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
  for (const name of SHOWN) if (Object.hasOwn(others, name)) made[name] = plainText(others[name]);
  if (role) made.setAttribute("role", role);
  made.append(...children.map((child) => (typeof child === "string" ? plainText(child) : child)));
  return made;
}
