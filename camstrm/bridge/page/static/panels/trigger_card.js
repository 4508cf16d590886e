/** The trigger: whether the camera waits for one, for which, a button that fires, and the last frame. */

import { formatAge, setText } from "../figures.js";
import { automaticOf } from "../model/camera_setup.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { ChoiceControl, NoteLine, SwitchControl, button } from "./controls.js";
import { NumberControl } from "./number_control.js";
import { cardElement } from "./value_cards.js";

const CHOICES = ["selector", "source", "activation"];

export class TriggerCard {
  element = cardElement("trigger");
  #card;
  #view;
  #services;
  #mode;
  /** @type {Map<string, ChoiceControl>} */
  #choices = new Map();
  /** @type {NumberControl | null} */
  #delay = null;
  #last = element("span", { className: "range" });
  #fire = button(say("setup.trigger.fire"), () => this.#execute());
  #note = new NoteLine();

  /**
   * @param {SetupCard} card
   * @param {import("./setup_view.js").SetupView} view
   * @param {Services} services
   */
  constructor(card, view, services) {
    const { parts } = card;
    this.#card = card;
    this.#view = view;
    this.#services = services;
    this.#mode = new SwitchControl((on) => view.wish(parts.mode, this.#modeEntry(on)));
    const heading = element("h3", { textContent: say("setup.card.trigger") });
    this.element.append(element("div", { className: "line" }, heading, this.#last));
    for (const part of CHOICES) {
      if (parts[part] === undefined) continue;
      const choice = new ChoiceControl((value) => view.wish(parts[part], value));
      this.#choices.set(part, choice);
      this.element.append(choice.element);
    }
    // What a selector chooses for comes after it.
    this.#choices.get("selector")?.element.after(this.#mode.element);
    if (!this.#choices.has("selector")) this.element.querySelector(".line")?.after(this.#mode.element);
    if (parts.delay !== undefined) {
      this.#delay = new NumberControl((value) => view.wish(parts.delay, value));
      this.element.append(this.#delay.element);
    }
    if (parts.software !== undefined) this.element.append(element("div", { className: "buttons" }, this.#fire), this.#note.element);
  }

  show() {
    const { parts } = this.#card;
    const view = this.#view;
    const on = automaticOf(view.value(parts.mode)) !== "off";
    this.#mode.show({ ...view.of(parts.mode, say("setup.trigger.mode")), on: on && view.value(parts.mode) !== undefined });
    for (const [part, control] of this.#choices) {
      control.show({ ...view.of(parts[part], say(`setup.trigger.${part}`)), choices: view.choices(parts[part]) });
    }
    this.#delay?.show(view.of(parts.delay, say("setup.trigger.delay")));
    this.#showLast();
    if (parts.software === undefined) return;
    const state = view.state(parts.software);
    const ready = state !== undefined && ["RW", "WO"].includes(state.access) && on;
    this.#fire.disabled = !view.enabled || !ready;
    const note = view.note(parts.software);
    this.#note.show(note, ready ? "" : say("setup.trigger.fire.off"));
  }

  #showLast() {
    const { camera } = this.#view.session;
    const frame = camera === null ? null : this.#services.picture(camera.index).shown;
    const captured = frame === null ? 0 : Number(frame.capture_time_us);
    if (captured === 0) setText(this.#last, say("setup.trigger.none"));
    else {
      const age = Math.max(0, (this.#services.serverTimeUs() - captured) / 1000);
      setText(this.#last, say("setup.trigger.last", { age: formatAge(age) }));
    }
  }

  /** @param {boolean} on */
  #modeEntry(on) {
    const { mode } = this.#card.parts;
    const entries = this.#view.choices(mode).map(({ name }) => name);
    return entries.find((name) => (automaticOf(name) === "off") !== on) ?? on;
  }

  #execute() {
    const { editor } = this.#view.session;
    editor?.edit.execute(this.#card.parts.software);
    editor?.changed();
  }
}
