/** A number: its field with the unit, its slider, what is wanted beside what the camera has. */

import { setText } from "../figures.js";
import { ValueScale, formatNumber, formatValue, parseNumber, unitText } from "../model/value_scale.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { NoteLine, newId } from "./controls.js";

/** Places of a slider: more than a screen has pixels. */
const PLACES = 2000;

/** @type {Record<string, { direction: 1 | -1, large: boolean }>} */
const STEPS = {
  ArrowUp: { direction: 1, large: false },
  ArrowRight: { direction: 1, large: false },
  ArrowDown: { direction: -1, large: false },
  ArrowLeft: { direction: -1, large: false },
  PageUp: { direction: 1, large: true },
  PageDown: { direction: -1, large: true },
};

export class NumberControl {
  element = element("div", { className: "control number" });
  #label = element("label");
  #force = element("span", { className: "in-force" });
  #field = element("input", { type: "text", inputMode: "decimal", autocomplete: "off", id: newId() });
  #unit = element("span", { className: "unit" });
  #slider = element("input", { type: "range", min: "0", max: String(PLACES), step: "1" });
  #note = new NoteLine();
  #set;
  /** @type {import("./controls.js").ControlView | null} as of the last show */
  #view = null;
  /** @type {ValueScale | null} */
  #scale = null;
  /** Somebody types: what comes from the camera does not change the field. */
  #typing = false;
  /** The key of a text that says what is wrong with what was typed, empty: nothing. */
  #wrong = "";

  /** @param {(value: number) => void} set */
  constructor(set) {
    this.#set = set;
    this.#label.htmlFor = this.#field.id;
    this.#field.setAttribute("aria-describedby", this.#note.element.id);
    const entry = element("div", { className: "entry" }, this.#force, this.#field, this.#unit);
    this.element.append(
      element("div", { className: "line" }, this.#label, entry),
      this.#slider,
      this.#note.element,
    );
    this.#field.addEventListener("input", () => {
      this.#typing = true;
      this.#complain("");
    });
    this.#field.addEventListener("keydown", (event) => this.#keyInField(event));
    this.#field.addEventListener("blur", () => this.#typed());
    this.#slider.addEventListener("input", () => {
      if (this.#scale !== null) this.#want(this.#scale.value(Number(this.#slider.value) / PLACES));
    });
    this.#slider.addEventListener("keydown", (event) => this.#keyOnSlider(event));
  }

  /** @param {import("./controls.js").ControlView} view */
  show(view) {
    this.#view = view;
    const { label, info, state, wanted, enabled, note, why } = view;
    setText(this.#label, label);
    setText(this.#unit, unitText(info.unit ?? ""));
    this.#scale = state === undefined ? null : ValueScale.of(info, state);
    const has = state?.value;
    const shown = wanted ?? has;
    const waits = wanted !== undefined && wanted !== has;
    this.element.classList.toggle("waits", waits);
    setText(this.#force, waits && has !== undefined ? `${formatValue(has, info)} →` : "");
    const text = typeof shown === "number" ? formatNumber(shown, info) : String(shown ?? "");
    if (!this.#typing && this.#field.value !== text) this.#field.value = text;
    this.#field.disabled = !enabled;
    this.#slider.hidden = this.#scale === null;
    this.#slider.disabled = !enabled;
    this.#slider.setAttribute("aria-label", label);
    if (this.#scale !== null && typeof shown === "number") {
      this.#slider.value = String(Math.round(this.#scale.position(shown) * PLACES));
      this.#slider.setAttribute("aria-valuetext", formatValue(shown, info));
    }
    this.element.title = this.#limits();
    if (this.#wrong === "") this.#note.show(note, why);
  }

  #limits() {
    const { minimum, maximum } = this.#view?.state ?? {};
    const info = this.#view?.info;
    if (minimum === undefined || maximum === undefined || info === undefined) return "";
    return say("setup.number.range", { minimum: formatValue(minimum, info), maximum: formatValue(maximum, info) });
  }

  /** @param {number} value */
  #want(value) {
    this.#typing = false;
    this.#complain("");
    // The next key may come before this is painted: it goes on from here.
    if (this.#view !== null) this.#view = { ...this.#view, wanted: value };
    this.#set(value);
  }

  /** @param {KeyboardEvent} event */
  #keyInField(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#typed(true);
    } else if (event.key === "Escape" && this.#typing) {
      event.preventDefault();
      this.#typing = false;
      this.#complain("");
      if (this.#view !== null) this.show(this.#view);
    } else if (["ArrowUp", "ArrowDown", "PageUp", "PageDown"].includes(event.key)) this.#step(event);
  }

  /** @param {KeyboardEvent} event */
  #keyOnSlider(event) {
    const scale = this.#scale;
    if (scale === null) return;
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.#want(event.key === "Home" ? scale.minimum : scale.maximum);
    } else if (event.key in STEPS) this.#step(event);
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const { state, wanted } = this.#view ?? {};
    const value = wanted ?? state?.value;
    if (this.#scale === null || typeof value !== "number") return;
    event.preventDefault();
    const { direction, large } = STEPS[event.key];
    this.#want(this.#scale.stepped(value, direction, large));
  }

  /** What was typed is to hold. @param {boolean} again also where it is what the camera has */
  #typed(again = false) {
    const view = this.#view;
    if (view === null || (!this.#typing && !again)) return;
    const { value, problem, values } = parseNumber(this.#field.value, view.info, view.state);
    if (problem !== undefined) {
      this.#complain(say(problem, values));
      return;
    }
    this.#typing = false;
    this.#complain("");
    if (value !== undefined && (again || value !== view.state?.value)) this.#set(value);
  }

  /** @param {string} text what is wrong, empty: nothing is */
  #complain(text) {
    if (text === this.#wrong) return;
    this.#wrong = text;
    this.#field.setAttribute("aria-invalid", String(text !== ""));
    this.#note.element.setAttribute("role", text === "" ? "none" : "alert");
    this.#note.show(text === "" ? (this.#view?.note ?? null) : { level: "error", text }, this.#view?.why);
  }
}
