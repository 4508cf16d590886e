/** What a screen reader says: two live regions, one that waits its turn and one that does not. */

import { plainText } from "../model/plain_text.js";

export class Announcer {
  #polite;
  #urgent;

  /**
   * @param {HTMLElement} polite
   * @param {HTMLElement} urgent
   */
  constructor(polite, urgent) {
    this.#polite = polite;
    this.#urgent = urgent;
  }

  /** @type {(text: string, urgent?: boolean) => void} */
  announce(text, urgent = false) {
    const region = urgent ? this.#urgent : this.#polite;
    // The same words again are a change only in an element of their own.
    const line = document.createElement("p");
    line.textContent = plainText(text);
    region.replaceChildren(line);
  }
}
