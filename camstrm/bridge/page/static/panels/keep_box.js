/** What was set live: how much of it, keep it in the configuration, or go back to that. */

import { setText } from "../figures.js";
import { plainText } from "../model/plain_text.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { button, copyText, isBusy, setBusy } from "./controls.js";

export class KeepBox {
  element = element("div", { className: "keep" });
  #text = element("p");
  #problem = element("p", { className: "note", hidden: true, tabIndex: -1 });
  #keep = button(say("setup.keep"), () => this.#look());
  #revert = button(say("setup.revert"), () => this.#askRevert());
  #buttons = element("div", { className: "buttons" }, this.#keep, this.#revert);
  #box = element("div", { className: "keep-box", hidden: true });
  #into = element("p");
  #lines = element("pre", { tabIndex: 0 });
  #write = button(say("setup.keep.write"), () => this.#writeLines(), "primary");
  #services;
  #call;
  #revertFeatures;

  /**
   * @param {Services} services
   * @param {(operation: string, args: object) => Promise<any>} call to the camera, with its lease
   * @param {() => void} revert
   */
  constructor(services, call, revert) {
    this.#services = services;
    this.#call = call;
    this.#revertFeatures = revert;
    this.#keep.title = say("setup.keep.hint");
    this.#revert.title = say("setup.revert.hint");
    this.#lines.setAttribute("aria-label", say("setup.keep.lines"));
    const buttons = [
      this.#write,
      button(say("setup.keep.copy"), () => this.#copy()),
      button(say("setup.cancel"), () => this.#close()),
    ];
    this.#box.append(this.#into, this.#lines, element("div", { className: "buttons" }, ...buttons));
    this.element.append(this.#text, this.#buttons, this.#box, this.#problem);
  }

  /** @type {(count: number, enabled: boolean) => void} how many values were set live */
  show(count, enabled) {
    this.element.hidden = count === 0 && this.#box.hidden && this.#problem.hidden;
    const focused = this.#buttons.contains(document.activeElement);
    this.#text.hidden = this.#buttons.hidden = count === 0;
    // Whoever has kept all is at what came of it, not at the top of the page again.
    if (focused && count === 0) this.#problem.focus();
    setText(this.#text, say("setup.lasts.all", { count }));
    this.#keep.disabled = this.#revert.disabled = this.#write.disabled = !enabled;
  }

  /** Another camera is shown. */
  reset() {
    this.#box.hidden = true;
    this.say("", "ok");
  }

  /** @type {(text: string, level: string) => void} what came of it; empty: nothing */
  say(text, level) {
    this.#problem.hidden = text === "";
    this.#problem.dataset.level = level;
    setText(this.#problem, text);
    if (text !== "") this.#services.announce(text, level === "error");
  }

  async #look() {
    this.say("", "ok");
    try {
      const { file = "", toml = "" } = await this.#call("keep", {});
      setText(this.#into, say("setup.keep.into", { file }));
      // All of it: the lines are copied from here.
      this.#lines.textContent = plainText(toml, toml.length);
      this.#write.hidden = false;
      this.#box.hidden = false;
      this.#write.focus();
      this.#box.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#fail(/** @type {FailedCall} */ (error));
    }
  }

  async #writeLines() {
    if (isBusy(this.#write)) return;
    setBusy(this.#write, true);
    try {
      const { file = "" } = await this.#call("keep", { write: true });
      this.#close();
      this.say(say("setup.keep.done", { file }), "ok");
    } catch (error) {
      // The lines are shown already: they can be pasted.
      this.#lines.focus();
      this.#write.hidden = true;
      this.say(`${/** @type {FailedCall} */ (error).message}. ${say("setup.keep.by_hand")}`, "error");
    }
    setBusy(this.#write, false);
  }

  async #copy() {
    if (await copyText(this.#lines)) this.say(say("setup.keep.copied"), "ok");
  }

  #close() {
    this.#box.hidden = true;
    this.#keep.focus();
  }

  #askRevert() {
    this.say("", "ok");
    this.#revertFeatures();
  }

  /** @param {FailedCall} error */
  #fail({ message, remedy }) {
    this.say(remedy === "" ? message : say("setup.failed_remedy", { message, remedy }), "error");
  }
}
