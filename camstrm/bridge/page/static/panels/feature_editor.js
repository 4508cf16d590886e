/** One feature in the list of all: what it is, why it is locked, and a control for its value. */

import { setText } from "../figures.js";
import { lockOf } from "../model/feature_tree.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { ChoiceControl, NoteLine, SwitchControl, button, newId } from "./controls.js";
import { NumberControl } from "./number_control.js";

export class FeatureEditor {
  element = element("div", { className: "feature-editor", role: "group" });
  #view;
  #jump;
  #about = element("p", { className: "about" });
  #facts = element("p", { className: "facts" });
  #locks = element("div", { className: "buttons" });
  #place = element("div");
  /** @type {{ show: () => void } | null} */
  #control = null;
  #shown = "";
  #lockShown = "";

  /**
   * @param {import("./setup_view.js").SetupView} view
   * @param {(feature: string) => void} jump
   */
  constructor(view, jump) {
    this.#view = view;
    this.#jump = jump;
    this.element.append(this.#about, this.#place, this.#locks, this.#facts);
  }

  /** @param {string} name */
  show(name) {
    const { watch } = this.#view.session;
    const info = watch.tree?.info(name) ?? null;
    if (info === null) return;
    if (name !== this.#shown) {
      this.#shown = name;
      this.#control = this.#make(info);
      setText(this.#about, info.tooltip || info.description || "");
      this.#about.hidden = this.#about.textContent === "";
      this.#lockShown = "";
    }
    this.#control?.show();
    this.#showLocks();
    const facts = [info.name];
    const selectors = (info.selectors ?? []).map((selector) => `${selector} = ${this.#view.value(selector) ?? "?"}`);
    if (selectors.length > 0) facts.push(say("features.selected", { selectors: selectors.join(", ") }));
    if (watch.unread.includes(name)) facts.push(say("features.unread"));
    setText(this.#facts, facts.join(" · "));
  }

  /** @param {FeatureInfo} info */
  #make(info) {
    const { name, type } = info;
    const label = info.display_name || name;
    this.element.setAttribute("aria-label", info.display_name || name);
    const view = this.#view;
    const of = () => view.of(name, label);
    if (type === "integer" || type === "float") {
      const number = new NumberControl((value) => view.wish(name, value));
      this.#place.replaceChildren(number.element);
      return { show: () => number.show(of()) };
    }
    if (type === "enumeration") {
      const choice = new ChoiceControl((value) => view.wish(name, value));
      this.#place.replaceChildren(choice.element);
      return { show: () => choice.show({ ...of(), choices: view.choices(name) }) };
    }
    if (type === "boolean") {
      const control = new SwitchControl((on) => view.wish(name, on));
      this.#place.replaceChildren(control.element);
      return { show: () => control.show({ ...of(), on: view.value(name) === true }) };
    }
    return type === "command" ? this.#command(name) : this.#text(info, label);
  }

  /** @param {string} name */
  #command(name) {
    const { session } = this.#view;
    const note = new NoteLine();
    const run = button(say("features.execute"), () => {
      session.editor?.edit.execute(name);
      session.editor?.changed();
    });
    this.#place.replaceChildren(element("div", { className: "control" }, run, note.element));
    return {
      show: () => {
        const { enabled, note: said, why } = this.#view.of(name, name);
        run.disabled = !enabled;
        note.show(said, why);
      },
    };
  }

  /** @type {(info: FeatureInfo, label: string) => { show: () => void }} */
  #text({ name, type }, label) {
    const note = new NoteLine();
    const input = element("input", { type: "text", id: newId(), autocomplete: "off", maxLength: 1024 });
    let typing = false;
    const set = () => {
      if (!typing) return;
      typing = false;
      this.#view.wish(name, input.value);
    };
    input.addEventListener("input", () => {
      typing = true;
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") set();
      if (event.key !== "Escape" || !typing) return;
      typing = false;
      event.preventDefault();
    });
    input.addEventListener("blur", set);
    input.setAttribute("aria-describedby", note.element.id);
    const caption = element("label", { htmlFor: input.id, textContent: label });
    const register = type === "register";
    this.#place.replaceChildren(element("div", { className: "control text" }, ...(register ? [] : [caption, input]), note.element));
    return {
      show: () => {
        const { enabled, note: said, why, state, wanted } = this.#view.of(name, label);
        if (!typing) input.value = String(wanted ?? state?.value ?? "");
        input.disabled = !enabled;
        note.show(said, register ? say("features.register") : why);
      },
    };
  }

  /** Buttons that unlock, and that lead to what locks. */
  #showLocks() {
    const { watch } = this.#view.session;
    const lock = watch.tree === null ? null : lockOf(watch.tree, this.#view.state(this.#shown));
    const shown = JSON.stringify([lock, this.#view.enabled]);
    if (shown === this.#lockShown) return;
    this.#lockShown = shown;
    const buttons = (lock?.unlocks ?? []).flatMap(({ feature, value }) => {
      const show = button(say("features.show", { feature }), () => this.#jump(feature), "link");
      if (value === null) return [show];
      const text = say("features.unlock", { feature, value: String(value) });
      const unlock = button(text, () => this.#view.wish(feature, value));
      unlock.disabled = !this.#view.enabled;
      return [unlock, show];
    });
    this.#locks.hidden = buttons.length === 0;
    this.#locks.replaceChildren(...buttons);
  }
}
