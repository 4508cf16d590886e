/** White balance: its automatic, a ratio for each colour, and picking something grey. */

import { automaticOf } from "../model/camera_setup.js";
import { coloursOf, greyPoint } from "../model/white_balance.js";
import { element } from "../shell/elements.js";
import { has, say } from "../texts.js";
import { rectangleTool } from "../tools/rectangle_tool.js";
import { NoteLine, SegmentControl, button } from "./controls.js";
import { NumberControl } from "./number_control.js";
import { cardElement } from "./value_cards.js";

/** @type {Record<string, string>} */
const NAMES = { R: "red", G: "green", B: "blue" };

/** The colours that a camera's balance has. @type {(card: SetupCard, tree: FeatureTree) => { letter: string, entry: string }[]} */
export function balanced({ parts }, tree) {
  const info = parts.selector === undefined ? null : tree.info(parts.selector);
  return coloursOf((info?.entries ?? []).map(({ name }) => name));
}

export class WhiteCard {
  element = cardElement("white");
  #card;
  #view;
  #services;
  #colours;
  #auto;
  /** @type {NumberControl[]} */
  #numbers = [];
  #note = new NoteLine();
  #pick = button(say("setup.white.pick"), () => this.#startPicking());
  /** What came of the last picking, empty: nothing to say. */
  #problem = "";
  #measuring = false;

  /**
   * @param {SetupCard} card
   * @param {import("./setup_view.js").SetupView} view
   * @param {Services} services
   */
  constructor(card, view, services) {
    this.#card = card;
    this.#view = view;
    this.#services = services;
    const { tree } = view.session.watch;
    this.#colours = tree === null ? [] : balanced(card, tree);
    this.element.append(element("h3", { textContent: say("setup.card.white") }));
    this.#auto = card.parts.auto === undefined ? null : new SegmentControl((value) => view.wish(card.parts.auto, value));
    if (this.#auto !== null) this.element.append(this.#auto.element);
    for (const { entry } of this.#colours) {
      const number = new NumberControl((value) => this.#set(entry, value));
      this.#numbers.push(number);
      this.element.append(number.element);
    }
    this.element.append(element("div", { className: "buttons" }, this.#pick), this.#note.element);
  }

  show() {
    const { value, auto } = this.#card.parts;
    const view = this.#view;
    const free = auto === undefined ? [] : [auto];
    if (this.#auto !== null) {
      const choices = view.choices(auto).map((choice) => {
        const key = `setup.auto.${automaticOf(choice.name)}`;
        return has(key) ? { ...choice, text: say(key) } : choice;
      });
      const label = say("setup.auto", { name: say("setup.card.white") });
      this.#auto.show({ ...view.of(auto, label), choices });
    }
    this.#colours.forEach(({ letter, entry }, at) => {
      const shown = view.of(value, say(`setup.white.${NAMES[letter]}`), this.#selectors(entry), free);
      // That the automatic is on is said once, below all.
      this.#numbers[at].show(shown.enabled ? { ...shown, why: "" } : shown);
    });
    this.#pick.disabled = !view.enabled || this.#measuring || this.#colours.length === 0;
    const text = this.#measuring ? say("setup.white.measuring") : this.#problem;
    const note = view.note("white");
    const automatic = auto !== undefined && automaticOf(view.value(auto)) !== "off" && view.enabled;
    const why = automatic ? say("setup.auto.on") : "";
    this.#note.show(text === "" ? note : { level: this.#measuring ? "note" : "error", text }, why);
  }

  /** @param {string} entry */
  #selectors(entry) {
    return { [this.#card.parts.selector]: entry };
  }

  get #offFirst() {
    const { auto } = this.#card.parts;
    if (auto === undefined || automaticOf(this.#view.value(auto)) === "off") return [];
    const off = this.#view.choices(auto).find(({ name }) => automaticOf(name) === "off");
    return [{ feature: auto, value: off?.name ?? "Off" }];
  }

  /** @type {(entry: string, value: number) => void} */
  #set(entry, value) {
    const feature = this.#card.parts.value;
    const first = this.#offFirst;
    if (first.length === 0) this.#view.wish(feature, value, this.#selectors(entry));
    else this.#view.wishAll("white", [...first, { feature, value, selectors: this.#selectors(entry) }]);
  }

  #startPicking() {
    const { camera } = this.#view.session;
    if (camera === null) return;
    this.#problem = "";
    const { index } = camera;
    rectangleTool.start({
      camera: index,
      kind: "grey",
      rectangle: null,
      step: { x: 8, y: 8 },
      snap: ({ x, y, width, height }) => ({ x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }),
      text: ({ width, height }) => `${width} × ${height}`,
      done: (rectangle) => this.#measure(index, rectangle),
      ended: () => this.#pick.focus(),
    });
    this.#services.hint(index, say("setup.white.pick.hint"));
    this.#services.announce(say("setup.white.pick.hint"));
    this.#pick.blur();
  }

  /** @type {(camera: number, rectangle: Rectangle) => Promise<void>} */
  async #measure(camera, rectangle) {
    this.#measuring = true;
    this.show();
    try {
      const x = Math.max(0, rectangle.x);
      const y = Math.max(0, rectangle.y);
      const region = [x, y, Math.max(1, rectangle.x + rectangle.width - x), Math.max(1, rectangle.y + rectangle.height - y)];
      const measured = await this.#services.call(camera, "measure", { region, bins: 0 });
      if (this.#view.session.camera?.index === camera) this.#balance(measured);
    } catch (error) {
      this.#problem = /** @type {FailedCall} */ (error).message;
    }
    this.#measuring = false;
    if (this.#problem !== "") this.#services.announce(this.#problem, true);
    this.show();
  }

  /** @param {Measured} measured */
  #balance(measured) {
    const feature = this.#card.parts.value;
    /** @type {Record<string, number>} */
    const now = {};
    for (const { entry } of this.#colours) {
      const value = this.#view.value(feature, this.#selectors(entry));
      if (typeof value === "number") now[entry] = value;
    }
    const { ratios, problem } = greyPoint(measured, now);
    if (ratios === undefined) {
      this.#problem = say(problem ?? "setup.white.grey");
      return;
    }
    const settings = Object.entries(ratios).map(([entry, value]) => ({ feature, value, selectors: this.#selectors(entry) }));
    this.#view.wishAll("white", [...this.#offFirst, ...settings]);
  }
}
