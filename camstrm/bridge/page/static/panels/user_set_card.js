/** The sets of settings that the camera itself keeps. */

import { setText } from "../figures.js";
import { userSetsOf } from "../model/feature_files.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { button, fillSelect, newId } from "./controls.js";

const FEATURES = ["UserSetSelector", "UserSetDefault", "UserSetDefaultSelector"];

export class UserSetCard {
  element = element("section", { className: "card", hidden: true });
  #services;
  #call;
  #select = element("select", { id: newId() });
  #load = button(say("sets.user.load"), () => this.#execute("load"));
  #save = button(say("sets.user.save"), () => this.#execute("save"));
  #start = element("p", { className: "about" });
  #note = element("p", { className: "note", hidden: true });
  /** @type {UserSets | null} */
  #sets = null;
  /** Somebody has chosen another set than the selector stands at. */
  #chosen = "";

  /**
   * @param {Services} services
   * @param {(operation: string, args: object) => Promise<any>} call to the camera, with its lease
   */
  constructor(services, call) {
    this.#services = services;
    this.#call = call;
    this.#select.addEventListener("change", () => {
      this.#chosen = this.#select.value;
    });
    const label = element("label", { htmlFor: this.#select.id, textContent: say("sets.user.which") });
    this.element.append(
      element("h3", { textContent: say("sets.user") }),
      element("div", { className: "line" }, label, this.#select),
      element("div", { className: "buttons" }, this.#load, this.#save),
      this.#note,
      this.#start,
    );
  }

  /** Those that it has to know. @type {(tree: FeatureTree | null) => string[]} */
  features(tree) {
    return FEATURES.filter((name) => tree !== null && tree.info(name) !== null);
  }

  /** Another camera is shown. */
  reset() {
    this.#chosen = "";
    this.#sets = null;
    this.element.hidden = true;
    this.#say("");
  }

  /** @type {(watch: import("../model/feature_watch.js").FeatureWatch, enabled: boolean) => void} */
  show({ tree, states }, enabled) {
    if (tree === null) return;
    this.#sets = userSetsOf(tree, states);
    this.element.hidden = this.#sets === null;
    if (this.#sets === null) return;
    const { entries, chosen, load, save, start } = this.#sets;
    fillSelect(this.#select, entries, this.#chosen || chosen);
    this.#select.disabled = !enabled;
    this.#load.disabled = !enabled || load === "";
    this.#save.disabled = !enabled || save === "";
    this.#start.hidden = start === "";
    setText(this.#start, say("sets.user.start", { name: start }));
  }

  /** @param {"load" | "save"} what */
  async #execute(what) {
    const feature = this.#sets?.[what] ?? "";
    const name = this.#select.value;
    try {
      const selectors = { UserSetSelector: name };
      const { applied, reason = "" } = await this.#call("execute", { feature, selectors });
      if (applied) this.#say(say(what === "load" ? "sets.user.loaded" : "sets.user.saved", { name }));
      else this.#say(reason, "error");
    } catch (error) {
      const { message, remedy } = /** @type {FailedCall} */ (error);
      this.#say(remedy ? say("setup.failed_remedy", { message, remedy }) : message, "error");
    }
  }

  /** @type {(text: string, level?: string) => void} */
  #say(text, level = "ok") {
    this.#note.hidden = text === "";
    this.#note.dataset.level = level;
    setText(this.#note, text);
    if (text !== "") this.#services.announce(text, level === "error");
  }
}
