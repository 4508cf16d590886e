/** The focus bar over the chosen camera's picture, large enough for the person at the lens, and the tone. */

import { fixed } from "../model/numbers.js";
import { element } from "../shell/elements.js";
import { registerAction, registerOverlay } from "../shell/registry.js";
import { say } from "../texts.js";
import { ToneGenerator } from "./tone.js";
import { toolsOf } from "./tools.js";

const ARROWS = { rising: "▲", falling: "▼", steady: "" };

/** A bar with its peak held and what there is to say about it; `write` follows the model. @param {Services} services */
export function focusBar(services) {
  const { measuring } = toolsOf(services);
  const fill = element("div", { className: "focus-fill" });
  const mark = element("div", { className: "focus-mark" });
  const bar = element("div", { className: "focus-bar", role: "meter" }, fill, mark);
  bar.setAttribute("aria-label", say("measure.focus"));
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", "100");
  const text = element("strong", { className: "focus-text" });
  const trend = element("span", { className: "focus-trend" });
  const value = element("span", { className: "focus-value" });
  const reset = element("button", { type: "button", textContent: say("measure.focus.reset") });
  reset.addEventListener("click", () => measuring.focus.reset());
  const line = element("div", { className: "focus-line" }, text, trend, value);
  const root = element("div", { className: "focus" }, bar, line);
  const write = () => {
    const { focus } = measuring;
    const nowMs = performance.now();
    const silent = focus.silent(nowMs);
    const said = focus.said(nowMs);
    const going = focus.trend(nowMs);
    root.dataset.peak = String(!silent && focus.atPeak);
    root.dataset.silent = String(silent);
    fill.style.width = `${fixed(focus.bar.fill * 100, 1)}%`;
    mark.style.left = `${fixed(focus.bar.mark * 100, 1)}%`;
    mark.hidden = focus.peak <= 0;
    bar.setAttribute("aria-valuenow", String(Math.floor(focus.relative * 100)));
    text.textContent = say(said.key, said.values);
    trend.textContent = silent || going === "steady" ? "" : `${ARROWS[going]} ${say(`measure.focus.${going}`)}`;
    const values = { level: fixed(focus.level ?? 0, 1), peak: fixed(focus.peak, 1) };
    value.textContent = focus.level === null ? "" : say("measure.focus.value", values);
  };
  return { element: root, line, reset, write };
}

/** Focus is of what somebody looks at: the middle, where nothing else was chosen. @param {Services} services */
function beginFocus({ settings }) {
  if (settings.get("measure.region", "whole") === "whole") settings.set("measure.region", "centre");
}

/** The bar over the picture of the chosen camera. */
class FocusOverlay {
  #services;
  #tools;
  #bar;
  /** Camera whose picture has the bar, -1: none. */
  #camera = -1;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#tools = toolsOf(services);
    this.#bar = focusBar(services);
    this.#bar.element.classList.add("over-picture");
    this.#bar.line.append(this.#bar.reset);
    // A press on it is none on the picture.
    this.#bar.element.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.#tools.onChange(() => this.#place());
    services.cameras.onChoose(() => this.#place());
    this.#tools.measuring.onChange(() => {
      if (this.#camera >= 0) this.#bar.write();
    });
  }

  #place() {
    const camera = this.#tools.isOn("focus") ? (this.#services.cameras.chosen()?.index ?? -1) : -1;
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.#bar.element.remove();
    const foot = this.#services.tiles.tile(camera)?.element.querySelector(".foot");
    foot?.append(this.#bar.element);
    this.#bar.write();
  }
}

registerOverlay((services) => {
  new FocusOverlay(services);
  return { active: () => false, paint() {} };
});

registerAction(
  "focus",
  (services) => {
    const tools = toolsOf(services);
    if (!tools.isOn("focus")) beginFocus(services);
    tools.measuring.need("focus", tools.toggle("focus") ? {} : null);
  },
  { checked: (services) => toolsOf(services).isOn("focus") },
);

/** @type {WeakMap<Services, ToneGenerator>} */
const generators = new WeakMap();

/** The one tone of the page. @param {Services} services */
function toneOf(services) {
  let tone = generators.get(services);
  if (tone === undefined) {
    const made = new ToneGenerator();
    const tools = toolsOf(services);
    tools.measuring.onChange(() => {
      const nowMs = performance.now();
      if (tools.isOn("tone")) made.follow(tools.measuring.focus.tone(nowMs), nowMs);
    });
    generators.set(services, made);
    tone = made;
  }
  return tone;
}

/** Switch the tone on or off; in a gesture, otherwise browsers refuse. @param {Services} services */
export async function toggleTone(services) {
  const tools = toolsOf(services);
  const tone = toneOf(services);
  if (!tools.isOn("tone")) beginFocus(services);
  const on = tools.toggle("tone");
  tools.measuring.need("tone", on ? {} : null);
  if (!on) tone.stop();
  else if (!(await tone.start())) services.announce(say("measure.focus.no_sound"), true);
}

registerAction("tone", toggleTone, { checked: (services) => toolsOf(services).isOn("tone") });
