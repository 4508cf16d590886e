/** The panel of all features of the chosen camera: search, levels, favourites, and an editor for one. */

import { setText } from "../figures.js";
import { LEVELS } from "../model/feature_tree.js";
import { formatValue } from "../model/value_scale.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { button, fillSelect, newId } from "./controls.js";
import { FeatureEditor } from "./feature_editor.js";
import { FeatureSession } from "./feature_session.js";
import { LeaseLine } from "./lease_line.js";
import { SetupView } from "./setup_view.js";
import { StopQuestion } from "./stop_question.js";

/** Rows that are scrolled past are not watched: what is in view stays so for so long first. */
const SETTLED_MS = 150;

const WHICH = ["all", "changed", "favourites"];

class FeaturesPanel {
  id = "features";
  element = element("div", { className: "panel features" });
  #services;
  #session;
  #view;
  #lease;
  #question = new StopQuestion();
  #message = element("p", { className: "message" });
  #search = element("input", { type: "search", id: newId(), autocomplete: "off" });
  #level = element("select");
  #only = element("select");
  #list = element("ul", { className: "feature-list" });
  #more = button("", () => this.#showMore(), "more");
  #editor;
  #watched;
  /** Rows in view, by the feature's name. @type {Set<string>} */
  #seen = new Set();
  #settling = 0;
  /** The feature whose editor is open, empty: none. */
  #open = "";
  /** What the list was made of. */
  #listed = "";
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    const names = () => ({ names: [...new Set([...this.#seen, ...this.#ofOpen()])] });
    this.#session = new FeatureSession(services, names, () => this.#paint());
    this.#view = new SetupView(this.#session);
    this.#lease = new LeaseLine(services);
    this.#editor = new FeatureEditor(this.#view, (name) => this.#jump(name));
    this.#watched = new IntersectionObserver((entries) => this.#seenNow(entries));
    this.#search.placeholder = say("features.search.hint");
    this.#search.setAttribute("aria-label", say("features.search"));
    this.#level.setAttribute("aria-label", say("features.level"));
    this.#only.setAttribute("aria-label", say("features.only"));
    this.#list.setAttribute("aria-label", say("features.tree"));
    const { settings } = services;
    fillSelect(this.#level, LEVELS.map((name) => ({ name, text: say(`features.level.${name}`) })), settings.get("features.level", "Beginner"));
    fillSelect(this.#only, WHICH.map((name) => ({ name, text: say(`features.only.${name}`) })), "all");
    if (this.#level.selectedIndex < 0) this.#level.selectedIndex = 0;
    this.#level.addEventListener("change", () => {
      settings.set("features.level", this.#level.value);
      this.#fill();
    });
    for (const control of [this.#search, this.#only]) control.addEventListener("input", () => this.#fill());
    this.#search.addEventListener("keydown", (event) => this.#keyInSearch(event));
    this.#list.addEventListener("keydown", (event) => this.#keyInList(event));
    const filters = element("div", { className: "filters" }, this.#level, this.#only);
    this.element.append(this.#lease.element, element("div", { className: "search" }, this.#search, filters));
    this.element.append(this.#question.element, this.#message, this.#list, this.#more);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {CameraInfo | null} camera */
  show(camera) {
    if (camera?.name !== this.#session.camera?.name) {
      this.#question.hide();
      this.#listed = "";
      this.#open = "";
      this.#clear();
    }
    this.#session.show(camera);
    this.#message.hidden = false;
    setText(this.#message, camera === null ? say("setup.none") : say("setup.reading", { name: camera.name }));
    this.#lease.element.hidden = camera === null;
  }

  hide() {
    this.#question.hide();
    const { editor } = this.#session;
    if (editor !== null) editor.edit.mayStop = false;
    this.#session.hide();
  }

  #clear() {
    this.#watched.disconnect();
    this.#seen.clear();
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#more.hidden = true;
  }

  #paint() {
    const { watch, editor, camera } = this.#session;
    if (editor === null || camera === null) return;
    const flow = editor.lease;
    const connected = this.#services.status() !== null;
    this.#view.enabled = connected && (flow.may === "mine" || flow.may === "free");
    this.#lease.show(flow, camera.index);
    if (watch.tree !== null) this.#fill();
    this.#sayState(connected);
    for (const [name, row] of this.#rows) this.#paintRow(name, row);
    if (this.#open !== "") this.#editor.show(this.#open);
    const { question } = editor.edit;
    if (question === null) this.#question.hide();
    else {
      this.#question.ask(question.settings[0].feature, (yes, always) => {
        if (yes) editor.edit.accept(always);
        else editor.edit.decline();
        editor.changed();
      });
    }
  }

  /** @param {boolean} connected */
  #sayState(connected) {
    const { watch } = this.#session;
    const empty = { all: "features.nothing", changed: "features.nothing_changed", favourites: "features.no_favourites" }[this.#only.value];
    let text = "";
    if (!connected) text = say("setup.offline");
    else if (watch.problem !== null) text = say("setup.no_news", { message: watch.problem.message });
    else if (watch.tree !== null && this.#list.childElementCount === 0) text = say(this.#search.value.trim() === "" ? (empty ?? "features.nothing") : "features.nothing");
    else if (watch.tree === null) text = say("setup.reading", { name: this.#session.camera?.name ?? "" });
    this.#message.hidden = text === "";
    setText(this.#message, text);
  }

  /** The feature whose editor is open, and what it is selected by. @returns {string[]} */
  #ofOpen() {
    if (this.#open === "") return [];
    return [this.#open, ...(this.#session.watch.tree?.info(this.#open)?.selectors ?? [])];
  }

  /** @returns {string[]} */
  get #favourites() {
    const kept = this.#services.settings.get("features.favourites", /** @type {string[]} */ ([]));
    return Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : [];
  }

  /** Put what is to be seen into the list, where it is something else than now. */
  #fill() {
    const { tree, live } = this.#session.watch;
    if (tree === null) return;
    const which = this.#only.value;
    const only = which === "changed" ? live.map(({ feature }) => feature) : which === "favourites" ? this.#favourites : null;
    const closed = this.#services.settings.get("features.closed", /** @type {string[]} */ ([]));
    const { rows, hidden } = tree.rows({ level: this.#level.value, query: this.#search.value, only, closed: Array.isArray(closed) ? closed : [] });
    const listed = JSON.stringify([this.#session.camera?.name, rows]);
    this.#more.hidden = hidden === 0;
    setText(this.#more, say("features.hidden", { count: hidden }));
    if (listed === this.#listed) return;
    this.#listed = listed;
    const focused = this.#focusedName();
    this.#clear();
    this.#more.hidden = hidden === 0;
    this.#list.append(...rows.map((row) => (row.feature === undefined ? this.#category(row) : this.#feature(row))));
    if (!this.#rows.has(this.#open)) this.#open = "";
    this.#placeEditor();
    if (focused !== "") this.#rows.get(focused)?.querySelector("button")?.focus();
  }

  #focusedName() {
    for (const [name, row] of this.#rows) if (row.contains(document.activeElement)) return name;
    return "";
  }

  /** @param {TreeRow} row */
  #category({ category = "", name = "", depth, open = true, count = 0 }) {
    const toggle = element("button", { type: "button", className: "category" }, element("span", { textContent: name }), element("span", { className: "count", textContent: String(count) }));
    toggle.setAttribute("aria-expanded", String(open));
    toggle.dataset.depth = String(Math.min(depth, 4));
    toggle.addEventListener("click", () => {
      const closed = new Set(this.#services.settings.get("features.closed", /** @type {string[]} */ ([])));
      if (!closed.delete(category)) closed.add(category);
      this.#services.settings.set("features.closed", [...closed].slice(-200));
      this.#fill();
      for (const other of this.#list.querySelectorAll("button.category")) {
        if (other instanceof HTMLButtonElement && other.firstChild?.textContent === name) other.focus();
      }
    });
    return element("li", {}, toggle);
  }

  /** @param {TreeRow} row */
  #feature({ feature = "", depth }) {
    const info = this.#session.watch.tree?.info(feature);
    const name = element("span", { className: "name", textContent: info?.display_name || feature });
    const open = element("button", { type: "button", className: "feature", title: info?.tooltip ?? "" }, name, element("span", { className: "value" }));
    open.dataset.depth = String(Math.min(depth, 4));
    open.setAttribute("aria-expanded", "false");
    open.addEventListener("click", () => this.#toggle(feature));
    const star = element("button", { type: "button", className: "star", textContent: "★", title: say("features.favourite") });
    star.setAttribute("aria-label", `${say("features.favourite")}: ${feature}`);
    star.addEventListener("click", () => this.#toggleFavourite(feature));
    const row = element("li", {}, element("div", { className: "feature-row" }, open, star));
    row.dataset.feature = feature;
    this.#rows.set(feature, row);
    this.#watched.observe(row);
    return row;
  }

  /** @type {(name: string, row: HTMLElement) => void} */
  #paintRow(name, row) {
    const state = this.#view.state(name);
    const info = this.#session.watch.tree?.info(name);
    const value = row.querySelector(".value");
    if (value instanceof HTMLElement && info) setText(value, shortValue(info, state, this.#view.value(name)));
    row.classList.toggle("locked", state !== undefined && state.access !== "RW" && state.access !== "WO");
    row.classList.toggle("differs", state?.differs ?? false);
    row.querySelector(".feature")?.setAttribute("aria-expanded", String(name === this.#open));
    row.querySelector(".star")?.setAttribute("aria-pressed", String(this.#favourites.includes(name)));
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seenNow(entries) {
    for (const { target, isIntersecting } of entries) {
      const name = target instanceof HTMLElement ? (target.dataset.feature ?? "") : "";
      if (isIntersecting) this.#seen.add(name);
      else this.#seen.delete(name);
    }
    window.clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => this.#session.pump(), SETTLED_MS);
  }

  /** @param {string} name */
  #toggle(name) {
    this.#open = this.#open === name ? "" : name;
    this.#placeEditor();
    this.#session.pump();
    this.#paint();
  }

  #placeEditor() {
    if (this.#open === "") this.#editor.element.remove();
    else {
      this.#editor.show(this.#open);
      this.#rows.get(this.#open)?.append(this.#editor.element);
    }
  }

  /** @param {string} name shown although it does not fit what was searched for */
  #jump(name) {
    this.#search.value = "";
    this.#only.value = "all";
    this.#level.value = "Guru";
    this.#services.settings.set("features.closed", []);
    this.#fill();
    if (this.#open !== name) this.#toggle(name);
    const row = this.#rows.get(name);
    row?.scrollIntoView({ block: "center" });
    row?.querySelector("button")?.focus();
  }

  #showMore() {
    this.#level.value = LEVELS[LEVELS.length - 1];
    this.#fill();
    this.#search.focus();
  }

  /** @param {string} name */
  #toggleFavourite(name) {
    const kept = new Set(this.#favourites);
    if (!kept.delete(name)) kept.add(name);
    this.#services.settings.set("features.favourites", [...kept].slice(-200));
    this.#paint();
  }

  /** @param {KeyboardEvent} event */
  #keyInSearch(event) {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      const first = this.#list.querySelector("button.feature");
      if (first instanceof HTMLButtonElement) {
        first.focus();
        if (event.key === "Enter" && first.getAttribute("aria-expanded") === "false") first.click();
      }
    } else if (event.key === "Escape" && this.#search.value !== "") {
      event.preventDefault();
      this.#search.value = "";
      this.#fill();
    }
  }

  /** @param {KeyboardEvent} event */
  #keyInList(event) {
    const { target } = event;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(target instanceof HTMLButtonElement) || !target.matches(".feature, .category")) return;
    event.preventDefault();
    const all = /** @type {HTMLButtonElement[]} */ ([...this.#list.querySelectorAll("button.feature, button.category")]);
    const at = all.indexOf(target) + step;
    if (at < 0) this.#search.focus();
    else all[at]?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    const { editor } = this.#session;
    // In a field that is being typed in, the browser undoes what was typed.
    if ((key !== "z" && key !== "y") || editor === null || !this.#view.enabled) return;
    if (event.target === this.#search) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) editor.edit.redo();
    else editor.edit.undo();
    editor.changed();
  }
}

/** @type {(info: FeatureInfo, state: FeatureState | undefined, value: FeatureValue | undefined) => string} */
function shortValue(info, state, value) {
  if (info.type === "command") return "▸";
  if (state?.access === "NA") return "–";
  if (value === undefined) return state === undefined ? "" : "–";
  if (typeof value === "boolean") return say(value ? "features.on" : "features.off");
  if (typeof value === "string") {
    const entry = (info.entries ?? []).find(({ name }) => name === value);
    return entry?.display_name || value;
  }
  return formatValue(value, info);
}

registerPanel("features", (services) => new FeaturesPanel(services));
