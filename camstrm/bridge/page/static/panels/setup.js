/** The panel that sets up the chosen camera: what is set most often, in large controls. */

import { setText } from "../figures.js";
import { percent } from "../model/numbers.js";
import { cardsOf, featuresOf } from "../model/camera_setup.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { rectangleTool } from "../tools/rectangle_tool.js";
import { button } from "./controls.js";
import { FeatureSession, sentence } from "./feature_session.js";
import { KeepBox } from "./keep_box.js";
import { LeaseLine } from "./lease_line.js";
import { RegionCard } from "./region_card.js";
import { SetupView } from "./setup_view.js";
import { StopQuestion } from "./stop_question.js";
import { TriggerCard } from "./trigger_card.js";
import { ValueCard } from "./value_cards.js";
import { WhiteCard, balanced } from "./white_card.js";

/** Clipped pixels are measured so often. */
const MEASURE_MS = 1000;

class SetupPanel {
  id = "setup";
  element = element("div", { className: "panel setup" });
  #services;
  #session;
  #view;
  #lease;
  #keep;
  #question = new StopQuestion();
  #message = element("p", { className: "message" });
  #undo = button(say("setup.undo"), () => this.#again("undo"));
  #redo = button(say("setup.redo"), () => this.#again("redo"));
  #clipped = element("p", { className: "note", hidden: true });
  #cardList = element("div", { className: "cards" });
  /** @type {{ element: HTMLElement, show: () => void }[]} */
  #cards = [];
  /** The cards are those of this camera and tree. */
  #made = "";
  #measuredMs = -Infinity;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#session = new FeatureSession(services, (tree) => this.#choose(tree), () => this.#paint());
    this.#view = new SetupView(this.#session);
    this.#lease = new LeaseLine(services);
    this.#keep = new KeepBox(services, (operation, args) => this.#call(operation, args), () => this.#askRevert());
    const tools = element("div", { className: "toolbar" }, this.#undo, this.#redo);
    this.element.append(this.#lease.element, tools, this.#keep.element, this.#message, this.#question.element, this.#cardList);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {CameraInfo | null} camera */
  show(camera) {
    if (camera?.name !== this.#session.camera?.name) {
      rectangleTool.stop();
      this.#question.hide();
      this.#keep.reset();
      this.#made = "";
      this.#cards = [];
      this.#cardList.replaceChildren();
      this.#clipped.hidden = true;
    }
    this.#session.show(camera);
    if (camera === null) this.#say(say("setup.none"));
    else if (this.#made === "") this.#say(say("setup.reading", { name: camera.name }));
    this.#lease.element.hidden = camera === null;
    this.#undo.disabled = this.#redo.disabled = true;
  }

  hide() {
    rectangleTool.stop();
    this.#question.hide();
    const { editor } = this.#session;
    // "Do not ask again" holds as long as the panel is open.
    if (editor !== null) editor.edit.mayStop = false;
    this.#session.hide();
  }

  /** @param {string} text empty: nothing */
  #say(text) {
    this.#message.hidden = text === "";
    setText(this.#message, text);
  }

  /** @param {FeatureTree} tree */
  #choose(tree) {
    const cards = cardsOf(tree, this.#session.watch.states);
    const white = cards.find(({ id }) => id === "white");
    const groups = white === undefined ? [] : balanced(white, tree).map(({ entry }) => ({
      features: [white.parts.value],
      selectors: { [white.parts.selector]: entry },
    }));
    return { names: featuresOf(cards), groups };
  }

  #paint() {
    const { watch, editor, camera } = this.#session;
    if (editor === null || camera === null) return;
    const flow = editor.lease;
    const connected = this.#services.status() !== null;
    this.#view.enabled = connected && (flow.may === "mine" || flow.may === "free");
    this.#lease.show(flow, camera.index);
    this.#undo.disabled = !this.#view.enabled || !editor.edit.undoList.canUndo;
    this.#redo.disabled = !this.#view.enabled || !editor.edit.undoList.canRedo;
    this.#keep.show(watch.live.length, this.#view.enabled);
    this.#makeCards(camera);
    this.#sayState(connected, camera);
    for (const card of this.#cards) card.show();
    this.#showQuestion();
    this.#measure(camera);
  }

  /** @type {(connected: boolean, camera: CameraInfo) => void} */
  #sayState(connected, camera) {
    const { watch } = this.#session;
    if (!connected) this.#say(say("setup.offline"));
    else if (watch.problem !== null) this.#say(say("setup.no_news", { message: watch.problem.message }));
    else if (watch.tree === null) this.#say(say("setup.reading", { name: camera.name }));
    else this.#say(this.#cards.length === 0 ? say("setup.no_cards") : "");
  }

  /** @param {CameraInfo} camera */
  #makeCards(camera) {
    const { tree, states } = this.#session.watch;
    if (tree === null) return;
    const cards = cardsOf(tree, states);
    const made = JSON.stringify([camera.name, cards]);
    if (made === this.#made) return;
    this.#made = made;
    const services = this.#services;
    this.#cards = cards.map((card) => {
      if (card.id === "white") return new WhiteCard(card, this.#view, services);
      if (card.id === "region") return new RegionCard(card, this.#view, services);
      if (card.id === "trigger") return new TriggerCard(card, this.#view, services);
      return new ValueCard(card, this.#view);
    });
    this.#cardList.replaceChildren(...this.#cards.map((card) => card.element));
    this.#cardList.querySelector("[data-card=exposure]")?.append(this.#clipped);
  }

  #showQuestion() {
    const { editor } = this.#session;
    const question = editor?.edit.question ?? null;
    if (editor === null || question === null) {
      if (!this.#asksRevert) this.#question.hide();
      return;
    }
    const name = question.key === "region" ? say("setup.card.region") : question.settings[0].feature;
    this.#question.ask(name, (yes, always) => {
      if (yes) editor.edit.accept(always);
      else editor.edit.decline();
      editor.changed();
    });
  }

  /** How much is clipped, for exposure and gain are set by it. @param {CameraInfo} camera */
  async #measure(camera) {
    const now = performance.now();
    const shown = this.#cardList.querySelector("[data-card=exposure]") !== null;
    if (!shown || now < this.#measuredMs + MEASURE_MS || !this.#services.live() || document.hidden) return;
    this.#measuredMs = now;
    try {
      const { channels } = await this.#services.call(camera.index, "measure", { bins: 0 });
      if (this.#session.camera?.index !== camera.index) return;
      const most = Math.max(0, ...channels.map((/** @type {{ clipped: number }} */ { clipped }) => clipped));
      setText(this.#clipped, most > 0 ? say("setup.clipped", { percent: percent(most) }) : say("setup.clipped.none"));
      this.#clipped.dataset.level = most > 0 ? "clipped" : "why";
      this.#clipped.hidden = false;
    } catch {
      this.#clipped.hidden = true; // there is no frame to measure now
    }
    this.#measuredMs = performance.now();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.#again(key === "y" || event.shiftKey ? "redo" : "undo");
  }

  /** @param {"undo" | "redo"} direction */
  #again(direction) {
    const { editor } = this.#session;
    if (editor === null || !this.#view.enabled) return;
    editor.edit[direction]();
    editor.changed();
  }

  /** A call that needs the lease, which is taken if nobody has it. @type {(operation: string, args: object) => Promise<any>} */
  async #call(operation, args) {
    const { editor } = this.#session;
    if (editor === null) throw new Error("no camera is shown");
    const { index } = editor;
    if (editor.lease.may === "free") await this.#services.call(index, "lease", { action: "take" });
    return this.#services.call(index, operation, args);
  }

  #asksRevert = false;

  #askRevert() {
    const { watch, editor } = this.#session;
    const features = [...new Set(watch.live.map(({ feature }) => feature))];
    const stops = features.find((name) => watch.states.get(name)?.needs_stop);
    if (stops === undefined || editor?.edit.mayStop) this.#revert(features, stops !== undefined);
    else {
      this.#asksRevert = true;
      this.#question.ask(stops, (yes) => {
        this.#asksRevert = false;
        if (yes) this.#revert(features, true);
      });
    }
  }

  /** @type {(features: string[], stop: boolean) => Promise<void>} */
  async #revert(features, stop) {
    try {
      const { changes = [] } = await this.#call("revert", { features, stop });
      for (const change of changes) this.#session.watch.changed(change);
      const refused = changes.find((/** @type {FeatureChange} */ { applied }) => !applied);
      if (refused === undefined) this.#keep.say(say("setup.reverted"), "ok");
      else this.#keep.say(say("setup.refused_one", { feature: refused.feature, reason: refused.reason ?? "" }), "error");
    } catch (error) {
      const { message, remedy } = /** @type {FailedCall} */ (error);
      /** @type {Note} */
      const note = { level: "error", key: remedy ? "setup.failed_remedy" : "setup.failed", values: { message, remedy } };
      this.#keep.say(sentence(note), "error");
    }
    this.#session.paintSoon();
  }
}

registerPanel("setup", (services) => new SetupPanel(services));
