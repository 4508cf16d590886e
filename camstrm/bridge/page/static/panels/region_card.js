/** The part of the sensor that the camera sends: four fields, drawn on the picture, the whole. */

import { setText } from "../figures.js";
import { regionLimits, regionSettings, snapRegion, wholeRegion } from "../model/camera_region.js";
import { element } from "../shell/elements.js";
import { say } from "../texts.js";
import { rectangleTool } from "../tools/rectangle_tool.js";
import { NoteLine, button, newId } from "./controls.js";
import { cardElement } from "./value_cards.js";

/** @type {("x" | "y" | "width" | "height")[]} */
const SIDES = ["x", "y", "width", "height"];

export class RegionCard {
  element = cardElement("region");
  #card;
  #view;
  #services;
  #now = element("span", { className: "range" });
  #note = new NoteLine();
  /** @type {Map<string, HTMLInputElement>} */
  #fields = new Map();
  #draw = button(say("setup.region.draw"), () => this.#startDrawing());
  #whole = button(say("setup.region.whole"), () => this.#setWhole());
  #set = button("", () => this.#setTyped(), "primary");
  /** What was typed or drawn and is not set yet, in pixels of the sensor. @type {Rectangle | null} */
  #draft = null;

  /**
   * @param {SetupCard} card
   * @param {import("./setup_view.js").SetupView} view
   * @param {Services} services
   */
  constructor(card, view, services) {
    this.#card = card;
    this.#view = view;
    this.#services = services;
    const heading = element("h3", { textContent: say("setup.card.region") });
    const grid = element("div", { className: "sides" });
    for (const side of SIDES) {
      if (card.parts[side] !== undefined) grid.append(this.#side(side));
    }
    const buttons = element("div", { className: "buttons" }, this.#draw, this.#whole, this.#set);
    this.element.append(element("div", { className: "line" }, heading, this.#now), grid, buttons, this.#note.element);
    this.#set.hidden = true;
  }

  /** @param {"x" | "y" | "width" | "height"} side */
  #side(side) {
    const input = element("input", { type: "text", inputMode: "numeric", autocomplete: "off", id: newId() });
    input.addEventListener("input", () => this.#typed(input, side));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.#draft !== null) {
        event.preventDefault();
        this.#setTyped();
      } else if (event.key === "Escape" && this.#draft !== null) {
        event.preventDefault();
        this.#drop();
      }
    });
    input.setAttribute("aria-describedby", this.#note.element.id);
    this.#fields.set(side, input);
    return element("label", {}, element("span", { textContent: say(`setup.region.${side}`) }), input);
  }

  get #limits() {
    return regionLimits(this.#card, this.#view.session.watch.states);
  }

  show() {
    const limits = this.#limits;
    const enabled = this.#view.enabled && limits !== null;
    for (const control of [this.#draw, this.#whole, this.#set, ...this.#fields.values()]) control.disabled = !enabled;
    if (limits === null) return;
    const { now, whole } = limits;
    setText(
      this.#now,
      say("setup.region.now", { width: now.width, height: now.height, whole_width: whole.width, whole_height: whole.height }),
    );
    const shown = this.#draft ?? now;
    for (const [side, input] of this.#fields) {
      const text = String(shown[/** @type {"x"} */ (side)]);
      if (document.activeElement !== input || this.#draft === null) input.value = text;
    }
    const stops = this.#view.state(this.#card.parts.width)?.needs_stop ? say("setup.needs_stop") : "";
    const draft = this.#draft && snapRegion(this.#draft, limits);
    this.#set.hidden = draft === null;
    if (draft !== null) setText(this.#set, say("setup.region.set", { width: draft.width, height: draft.height }));
    const snapped = draft !== null && SIDES.some((side) => draft[side] !== this.#draft?.[side]);
    this.#note.show(this.#view.note("region"), snapped ? say("setup.region.snapped") : stops);
  }

  /** @type {(input: HTMLInputElement, side: "x" | "y" | "width" | "height") => void} */
  #typed(input, side) {
    const limits = this.#limits;
    const value = /^\s*\d{1,6}\s*$/.test(input.value) ? Number(input.value) : NaN;
    input.setAttribute("aria-invalid", String(Number.isNaN(value)));
    if (limits === null || Number.isNaN(value)) return;
    this.#draft = { ...(this.#draft ?? limits.now), [side]: value };
    this.show();
  }

  #setTyped() {
    if (this.#draft !== null) this.#want(this.#draft);
    this.#draft = null;
    this.show();
  }

  #setWhole() {
    const limits = this.#limits;
    if (limits !== null) this.#want(wholeRegion(limits));
  }

  /** @param {Rectangle} drawn in pixels of the sensor */
  #want(drawn) {
    const limits = this.#limits;
    if (limits === null) return;
    this.#view.wishAll("region", regionSettings(snapRegion(drawn, limits), limits, this.#card));
  }

  #drop() {
    this.#draft = null;
    for (const input of this.#fields.values()) input.setAttribute("aria-invalid", "false");
    this.show();
  }

  #startDrawing() {
    const { camera } = this.#view.session;
    const limits = this.#limits;
    if (camera === null || limits === null) return;
    const { now, steps } = limits;
    /** @type {(rectangle: Rectangle, sign: number) => Rectangle} frame to sensor, and back */
    const shifted = (rectangle, sign) => ({
      ...rectangle,
      x: rectangle.x + sign * now.x,
      y: rectangle.y + sign * now.y,
    });
    const { width, height } = now;
    rectangleTool.start({
      camera: camera.index,
      kind: "region",
      rectangle: shifted(snapRegion({ x: now.x + width / 4, y: now.y + height / 4, width: width / 2, height: height / 2 }, limits), -1),
      step: { x: steps.x, y: steps.y },
      sizeStep: { x: steps.width, y: steps.height },
      snap: (rectangle) => shifted(snapRegion(shifted(within(rectangle, width, height), 1), limits), -1),
      text: (rectangle) => `${rectangle.width} × ${rectangle.height}`,
      done: (rectangle) => this.#want(shifted(rectangle, 1)),
      ended: () => this.#draw.focus(),
    });
    this.#services.hint(camera.index, say("setup.region.draw.hint"));
    this.#services.announce(say("setup.region.draw.hint"));
    this.#draw.blur();
  }
}

/** Moved, or made smaller, until it is inside the frame. @type {(rectangle: Rectangle, width: number, height: number) => Rectangle} */
function within(rectangle, width, height) {
  const wide = Math.min(rectangle.width, width);
  const high = Math.min(rectangle.height, height);
  return {
    x: Math.min(Math.max(rectangle.x, 0), width - wide),
    y: Math.min(Math.max(rectangle.y, 0), height - high),
    width: wide,
    height: high,
  };
}
