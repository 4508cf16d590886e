/** Cards of one value: exposure, gain, black level, gamma, frame rate, pixel format, indicator. */

import { setText } from "../figures.js";
import { automaticOf } from "../model/camera_setup.js";
import { formatValue } from "../model/value_scale.js";
import { element } from "../shell/elements.js";
import { has, say } from "../texts.js";
import { ChoiceControl, SegmentControl, SwitchControl } from "./controls.js";
import { NumberControl } from "./number_control.js";

/** Buttons side by side are for so few entries with so few letters. */
const MOST_SEGMENTS = 3;

/** @type {(id: string) => HTMLElement} */
export function cardElement(id) {
  const card = element("section", { className: "card" });
  card.dataset.card = id;
  card.setAttribute("aria-label", say(`setup.card.${id}`));
  return card;
}

/** A number or a choice with its automatic, its selector and its switch. */
export class ValueCard {
  element;
  #card;
  #view;
  #value;
  /** @type {SegmentControl | ChoiceControl | null} */
  #auto = null;
  /** @type {ChoiceControl | null} */
  #selector = null;
  /** @type {SwitchControl | null} */
  #enable = null;
  #result = element("p", { className: "note", hidden: true });

  /**
   * @param {SetupCard} card
   * @param {import("./setup_view.js").SetupView} view
   */
  constructor(card, view) {
    const { id, parts } = card;
    this.#card = card;
    this.#view = view;
    this.element = cardElement(id);
    const info = view.session.watch.tree?.info(parts.value);
    const choice = info?.type === "enumeration";
    this.#value = choice
      ? new ChoiceControl((value) => view.wish(parts.value, value))
      : new NumberControl((value) => this.#set(value));
    if (parts.enable !== undefined) {
      this.#enable = new SwitchControl((on) => view.wish(parts.enable, on));
      this.element.append(this.#enable.element);
    }
    if (parts.selector !== undefined && view.choices(parts.selector).length > 1) {
      this.#selector = new ChoiceControl((value) => view.wish(parts.selector, value));
      this.element.append(this.#selector.element);
    }
    this.element.append(this.#value.element);
    if (parts.auto !== undefined) {
      const few = view.choices(parts.auto).length <= MOST_SEGMENTS;
      this.#auto = new (few ? SegmentControl : ChoiceControl)((value) => this.#setAuto(value));
      this.element.append(this.#auto.element);
    }
    if (parts.resulting !== undefined) this.element.append(this.#result);
  }

  show() {
    const { id, parts } = this.#card;
    const view = this.#view;
    const name = say(`setup.card.${id}`);
    const free = parts.auto === undefined ? [] : [parts.auto];
    const shown = view.of(parts.value, name, {}, free);
    if (this.#value instanceof NumberControl) this.#value.show(shown);
    else this.#value.show({ ...shown, choices: view.choices(parts.value) });
    if (this.#auto !== null) {
      const choices = view.choices(parts.auto).map((choice) => ({ ...choice, text: autoText(choice) }));
      this.#auto.show({ ...view.of(parts.auto, say("setup.auto", { name })), choices });
    }
    if (this.#selector !== null) {
      const label = say("setup.selector", { name });
      this.#selector.show({ ...view.of(parts.selector, label), choices: view.choices(parts.selector) });
    }
    if (this.#enable !== null) {
      const on = automaticOf(view.value(parts.enable)) !== "off";
      this.#enable.show({ ...view.of(parts.enable, say(`setup.enable.${id}`)), on });
    }
    const rate = parts.resulting === undefined ? undefined : view.state(parts.resulting)?.value;
    this.#result.hidden = rate === undefined;
    if (typeof rate === "number") {
      const text = formatValue(rate, { name: "", type: "float" });
      setText(this.#result, say("setup.rate.result", { rate: text }));
    }
  }

  /** @param {number} value */
  #set(value) {
    const { value: feature, auto } = this.#card.parts;
    const automatic = auto !== undefined && automaticOf(this.#view.value(auto)) !== "off";
    if (!automatic) {
      this.#view.wish(feature, value);
      return;
    }
    const off = this.#view.choices(auto).find((choice) => automaticOf(choice.name) === "off");
    const settings = [{ feature: auto, value: off?.name ?? false }, { feature, value }];
    this.#view.wishAll(feature, settings);
  }

  /** @param {string} value */
  #setAuto(value) {
    const { value: feature, auto } = this.#card.parts;
    const before = this.#view.state(feature)?.value;
    const was = automaticOf(this.#view.value(auto)) === "off";
    const companions = was && before !== undefined ? [{ feature, value: before }] : [];
    this.#view.wish(auto, value, {}, { companions });
  }
}

/** @param {{ name: string, text: string }} choice */
function autoText({ name, text }) {
  const key = `setup.auto.${automaticOf(name)}`;
  return has(key) ? say(key) : text;
}
