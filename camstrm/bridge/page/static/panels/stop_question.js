/** "May this camera be stopped for 0.1 s?": asked in the panel, below what is being set. */

import { setText } from "../figures.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { button } from "./controls.js";

export class StopQuestion {
  element = element("div", { className: "question", role: "group", hidden: true });
  #text = element("p");
  #always = element("input", { type: "checkbox" });
  #yes = button(say("setup.stop.yes"), () => this.#answered(true), "primary");
  /** @type {((yes: boolean, always: boolean) => void) | null} */
  #answer = null;
  #asked = "";
  /** @type {HTMLElement | null} what had the focus before */
  #before = null;

  constructor() {
    const no = button(say("setup.cancel"), () => this.#answered(false));
    const always = element("label", { className: "switch" }, this.#always, element("span", { textContent: say("setup.stop.always") }));
    this.element.append(this.#text, always, element("div", { className: "buttons" }, this.#yes, no));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#answered(false);
    });
  }

  /** Ask about `name`, once until it is answered. @type {(name: string, answer: (yes: boolean, always: boolean) => void) => void} */
  ask(name, answer) {
    this.#answer = answer;
    if (this.#asked === name) return;
    this.#asked = name;
    this.#always.checked = false;
    setText(this.#text, say("setup.stop.question", { name }));
    this.element.hidden = false;
    this.#before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.#yes.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** There is nothing to ask. */
  hide() {
    if (this.#asked === "") return;
    this.#asked = "";
    const focused = this.element.contains(document.activeElement);
    this.element.hidden = true;
    if (focused) this.#before?.focus();
  }

  /** @param {boolean} yes */
  #answered(yes) {
    const answer = this.#answer;
    const always = this.#always.checked;
    this.hide();
    answer?.(yes, always);
  }
}
