/** The panel that measures the chosen camera: focus, histogram, figures, line profile, scale. */

import * as histogram from "../model/histogram.js";
import { fixed } from "../model/numbers.js";
import { profileChart, readAt } from "../model/profile.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { calibrationControls, takeTool } from "../tools/drawing.js";
import { focusBar, toggleTone } from "../tools/focus.js";
import { toolsOf } from "../tools/tools.js";
import { colourOf, drawBars, drawProfile } from "./charts.js";

const REGIONS = ["whole", "visible", "centre", "drawn"];
const FIGURES = /** @type {const} */ (["mean", "minimum", "maximum", "deviation"]);

class MeasurePanel {
  id = "measure";
  element;
  #services;
  #tools;
  #focus;
  #calibration;
  #open = false;
  /** Part of the profile's line that is read, null: none. @type {number | null} */
  #read = null;
  /** The measurement that is drawn. @type {Measurement | null} */
  #drawn = null;
  #state = element("p", { className: "note", role: "status" });
  #extent = element("p", { className: "note" });
  #clipped = element("p", { className: "clipping" });
  #bars = element("canvas", { className: "chart", role: "img", ariaLabel: say("measure.histogram") });
  #axis = element("p", { className: "axis" });
  #log = element("input", { type: "checkbox" });
  #table = element("table", { className: "measured" });
  #tone = element("input", { type: "checkbox" });
  #profile = element("canvas", { className: "chart", role: "img", tabIndex: 0, ariaLabel: say("measure.profile") });
  #profileText = element("p", { className: "axis" });
  #whole = element("input", { type: "checkbox" });
  #profileParts = element("div");
  #profileControls = element("div", { className: "row" });
  /** @type {Map<string, HTMLInputElement>} */
  #regions = new Map();

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#tools = toolsOf(services);
    this.#focus = focusBar(services);
    this.#calibration = calibrationControls(services);
    this.element = element("div", { className: "measure" }, ...this.#sections());
    this.#tools.measuring.onChange(() => this.#tick());
    this.#tools.onChange(() => this.#write());
    services.settings.changed("theme", () => this.#draw());
  }

  show() {
    this.#open = true;
    const line = () => {
      const camera = this.#services.cameras.chosen();
      if (camera === null || !this.#tools.isOn("line")) return null;
      return this.#tools.shape("line", camera.index);
    };
    this.#tools.measuring.need("panel", { bins: true, line });
    this.#write();
  }

  hide() {
    this.#open = false;
    this.#tools.measuring.need("panel", null);
  }

  #sections() {
    const { settings } = this.#services;
    this.#log.checked = settings.get("measure.log", false);
    this.#whole.checked = settings.get("measure.profile_whole", false);
    this.#log.addEventListener("change", () => {
      settings.set("measure.log", this.#log.checked);
      this.#draw();
    });
    this.#whole.addEventListener("change", () => {
      settings.set("measure.profile_whole", this.#whole.checked);
      this.#draw();
    });
    this.#tone.addEventListener("change", () => toggleTone(this.#services));
    this.#listenToProfile();
    const tone = checkbox(this.#tone, "measure.focus.tone");
    tone.title = say("measure.focus.tone_hint");
    const line = button("tools.line.take", () => takeTool(this.#services, "line"));
    const clear = button("measure.profile.clear", () => {
      const camera = this.#services.cameras.chosen();
      if (camera !== null) this.#tools.setShape("line", camera.index, null);
    });
    this.#profileParts.append(
      this.#profile,
      this.#profileText,
    );
    this.#profileControls.append(clear, checkbox(this.#whole, "measure.profile.whole"));
    line.addEventListener("click", () => {
      if (!this.#tools.isOn("line")) this.#tools.toggle("line");
    });
    return [
      this.#regionChoice(),
      this.#state,
      section("measure.focus", this.#focus.element, row(tone, this.#focus.reset)),
      section("measure.histogram", this.#bars, this.#axis, row(this.#clipped, checkbox(this.#log, "measure.log"))),
      this.#table,
      this.#extent,
      section("measure.profile", this.#profileParts, row(line, this.#profileControls)),
      section("measure.calibration", this.#calibration.element),
    ];
  }

  #regionChoice() {
    const choice = element("fieldset", { className: "choice" });
    choice.append(element("legend", { className: "unseen", textContent: say("measure.region") }));
    for (const kind of REGIONS) {
      const input = element("input", { type: "radio", name: "measure-region", value: kind });
      input.addEventListener("change", () => this.#chooseRegion(kind));
      this.#regions.set(kind, input);
      choice.append(element("label", {}, input, element("span", { textContent: say(`measure.region.${kind}`) })));
    }
    // Drawing it once more, although it is chosen already.
    this.#regions.get("drawn")?.addEventListener("click", () => this.#chooseRegion("drawn"));
    return choice;
  }

  /** @param {string} kind */
  #chooseRegion(kind) {
    this.#services.settings.set("measure.region", kind);
    if (kind === "drawn") takeTool(this.#services, "region");
    else if (this.#tools.drawing === "region") this.#tools.draw("");
  }

  #listenToProfile() {
    const canvas = this.#profile;
    const readAtPart = (/** @type {number | null} */ part) => {
      this.#read = part === null ? null : Math.min(1, Math.max(0, part));
      this.#draw();
    };
    canvas.addEventListener("pointermove", (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      readAtPart((event.clientX - left) / width);
    });
    canvas.addEventListener("pointerleave", () => readAtPart(null));
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const count = this.#drawn?.line?.positions.length ?? 2;
      readAtPart((this.#read ?? 0.5) + step / Math.max(1, count - 1));
    });
  }

  /** What does not need a new measurement. */
  #write() {
    if (!this.#open) return;
    for (const [kind, input] of this.#regions) input.checked = kind === this.#tools.regionKind;
    this.#tone.checked = this.#tools.isOn("tone");
    const camera = this.#services.cameras.chosen();
    const line = camera && this.#tools.isOn("line") && this.#tools.shape("line", camera.index);
    this.#profileParts.hidden = this.#profileControls.hidden = !line;
    this.#calibration.write();
    this.#tick();
  }

  #tick() {
    if (!this.#open) return;
    const { newest } = this.#tools.measuring;
    this.#state.textContent = this.#stateText();
    this.#state.hidden = this.#state.textContent === "";
    this.#focus.write();
    if (newest !== this.#drawn) {
      this.#drawn = newest;
      this.#draw();
    }
  }

  #stateText() {
    const { newest, problem } = this.#tools.measuring;
    const camera = this.#services.cameras.chosen();
    if (camera === null) return say("measure.no_camera");
    if (problem !== "") return problem;
    if (newest === null) return say("measure.waiting");
    if (this.#services.picture(camera.index).freeze.frozen) return say("measure.frozen");
    const said = histogram.age(newest, this.#services.serverTimeUs());
    return say(said.key, said.values);
  }

  #draw() {
    if (!this.#open) return;
    const found = this.#drawn;
    for (const part of [this.#bars, this.#axis, this.#clipped, this.#table, this.#extent]) {
      part.hidden = found === null;
    }
    if (found === null) return;
    const { level, said: clipped } = histogram.clipping(found);
    this.#clipped.dataset.level = level;
    this.#clipped.textContent = say(clipped.key, clipped.values);
    drawBars(this.#bars, histogram.bars(found.channels, this.#log.checked).series);
    this.#bars.setAttribute("aria-label", `${say("measure.histogram")}: ${this.#clipped.textContent}`);
    this.#axis.textContent = say("measure.axis", { largest: 2 ** found.bits - 1 });
    const extent = histogram.extent(found);
    this.#extent.textContent = say(extent.key, extent.values);
    this.#drawTable(found);
    if (found.line && found.line.positions.length > 0) this.#drawLine(found, found.line);
  }

  /** @param {Measurement} found */
  #drawTable(found) {
    const channels = histogram.figures(found);
    const head = element("tr", {}, element("td"));
    for (const { name } of channels) {
      const cell = element("th", { scope: "col", textContent: name === "grey" ? say("measure.grey") : name });
      cell.style.color = colourOf(name);
      head.append(cell);
    }
    const rows = FIGURES.map((figure) => {
      const cells = channels.map((channel) => {
        const { raw, percent } = channel[figure];
        return element("td", {}, raw, element("small", { textContent: percent }));
      });
      return element("tr", {}, element("th", { scope: "row", textContent: say(`measure.${figure}`) }), ...cells);
    });
    for (const part of /** @type {const} */ (["clipped", "black"])) {
      const cells = channels.map((channel) => element("td", { textContent: channel[part] }));
      rows.push(element("tr", {}, element("th", { scope: "row", textContent: say(`measure.${part}`) }), ...cells));
    }
    this.#table.replaceChildren(head, ...rows);
  }

  /** @type {(found: Measurement, line: LineProfile) => void} */
  #drawLine(found, line) {
    const chart = profileChart(line, found.bits, this.#whole.checked);
    drawProfile(this.#profile, chart, this.#read);
    const read = this.#read === null ? null : readAt(line, this.#read);
    const camera = this.#services.cameras.chosen();
    const ends = camera && this.#tools.shape("line", camera.index);
    if (read !== null) {
      const values = Object.entries(read.values).map(([name, value]) => `${name} ${fixed(value, 1)}`);
      const position = fixed(read.position, 1);
      this.#profileText.textContent = say("measure.profile.read", { position, values: values.join(" · ") });
    } else if (ends) {
      const { from, to } = ends;
      const values = { x1: from.x, y1: from.y, x2: to.x, y2: to.y, length: fixed(chart.length, 1) };
      this.#profileText.textContent =
        `${fixed(chart.low)}–${fixed(chart.high)} · ${say("measure.profile.line", values)}`;
    }
    this.#profile.setAttribute("aria-label", `${say("measure.profile")}: ${this.#profileText.textContent}`);
  }
}

/** @type {(key: string, ...children: Node[]) => HTMLElement} */
function section(key, ...children) {
  return element("section", {}, element("h3", { textContent: say(key) }), ...children);
}

/** @type {(...children: Node[]) => HTMLElement} */
function row(...children) {
  return element("div", { className: "row" }, ...children);
}

/** @type {(input: HTMLInputElement, key: string) => HTMLElement} */
function checkbox(input, key) {
  return element("label", { className: "check" }, input, say(key));
}

/** @type {(key: string, run: () => void) => HTMLButtonElement} */
function button(key, run) {
  const made = element("button", { type: "button", textContent: say(key) });
  made.addEventListener("click", run);
  return made;
}

registerPanel("measure", (services) => new MeasurePanel(services));
