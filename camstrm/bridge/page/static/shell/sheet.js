/** The side sheet with the panels, one at a time; at the bottom of the window on a phone. */

import { setText } from "../figures.js";
import { say } from "../texts.js";
import { element } from "./elements.js";
import { panels } from "./registry.js";

/** Panels that act on the chosen camera: its name stands above them, above others what they are. */
const OF_ONE_CAMERA = new Set(["setup", "features", "sets", "measure", "diagnose"]);
/** In the order of the tabs; others follow. */
const ORDER = [
  ...["setup", "features", "sets", "measure", "diagnose"],
  ...["events", "connection", "share", "layouts", "settings"],
];
/** CSS pixels. */
const LEAST = 240;
const MOST = 1600;
const KEY_STEP = 20;
const USUAL = { width: 380, height: 340 };

export class Sheet {
  #root;
  #services;
  #changed;
  /** @type {Map<string, Panel>} those that were opened at least once */
  #made = new Map();
  /** @type {Map<string, HTMLButtonElement>} */
  #tabs = new Map();
  /** Id of the panel that is shown, empty: the sheet is closed. */
  #open = "";
  #tabBar = element("div", { className: "tabs", role: "tablist" });
  #title = element("h2", { className: "sheet-title" });
  #body = element("div", { className: "sheet-body", role: "tabpanel" });
  #grip = element("div", { className: "grip", role: "separator", tabIndex: 0 });

  /**
   * @param {HTMLElement} root
   * @param {Services} services
   * @param {() => void} changed
   */
  constructor(root, services, changed) {
    this.#root = root;
    this.#services = services;
    this.#changed = changed;
  }

  /** Put in the tabs of what is registered, and open what was open. */
  start() {
    const close = element("button", { className: "close", textContent: "×", title: say("shell.close") });
    close.setAttribute("aria-label", say("shell.close_panel"));
    close.addEventListener("click", () => this.close());
    for (const id of sorted([...panels.keys()])) this.#addTab(id);
    this.#grip.setAttribute("aria-label", say("shell.resize_panel"));
    this.#tabBar.setAttribute("aria-label", say("group.panels"));
    const head = element("div", { className: "sheet-head" }, this.#title, close);
    this.#root.append(this.#grip, head, this.#tabBar, this.#body);
    this.#listen();
    this.#resize();
    this.#services.cameras.onChoose(() => this.#present());
    this.#services.settings.changed("sheet.size", () => this.#resize());
    const before = this.#services.settings.get("sheet.open", "");
    if (panels.has(before) && window.innerWidth >= 800) this.show(before);
  }

  /** Id of the panel that is shown, empty: none is. */
  get shown() {
    return this.#open;
  }

  /** @param {string} id opens it; one that is open is closed */
  toggle(id) {
    if (this.#open === id) this.close();
    else this.show(id, true);
  }

  /** @type {(id: string, focus?: boolean) => void} */
  show(id, focus = false) {
    const make = panels.get(id);
    if (make === undefined) return;
    if (id !== this.#open) {
      this.#made.get(this.#open)?.hide();
      let panel = this.#made.get(id);
      if (panel === undefined) {
        panel = make(this.#services);
        this.#made.set(id, panel);
      }
      this.#open = id;
      this.#body.replaceChildren(panel.element);
      this.#body.scrollTop = 0;
      this.#services.settings.set("sheet.open", id);
    }
    this.#root.hidden = false;
    this.#showTab();
    this.#present();
    this.#changed();
    if (focus) this.#tabs.get(id)?.focus();
  }

  close() {
    if (this.#open === "") return;
    this.#made.get(this.#open)?.hide();
    this.#open = "";
    const focused = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    // Otherwise the focus would be nowhere, and Tab begin at the top of the page.
    if (focused) this.#services.tiles.chosen?.element.focus();
    this.#services.settings.set("sheet.open", "");
    this.#showTab();
    this.#changed();
  }

  /** Close it if it has the focus; gives whether it did. */
  closeFocused() {
    if (!this.#root.contains(document.activeElement)) return false;
    this.close();
    return true;
  }

  /** Let the open panel know which camera is chosen. */
  #present() {
    if (this.#open === "") return;
    const camera = this.#services.cameras.chosen();
    const name = camera?.name ?? say("shell.no_camera_chosen");
    setText(this.#title, OF_ONE_CAMERA.has(this.#open) ? name : say(`action.${this.#open}`));
    this.#made.get(this.#open)?.show(camera);
  }

  /** @param {string} id */
  #addTab(id) {
    const tab = element("button", { textContent: say(`panel.${id}`), role: "tab", tabIndex: -1 });
    tab.addEventListener("click", () => this.show(id));
    tab.id = `tab-${id}`;
    this.#tabs.set(id, tab);
    this.#tabBar.append(tab);
  }

  #showTab() {
    for (const [id, tab] of this.#tabs) {
      const open = id === this.#open;
      tab.setAttribute("aria-selected", String(open));
      tab.tabIndex = open ? 0 : -1;
      if (open) {
        this.#body.setAttribute("aria-labelledby", tab.id);
        tab.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  }

  #listen() {
    this.#tabBar.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const ids = [...this.#tabs.keys()];
      const at = (ids.indexOf(this.#open) + step + ids.length) % ids.length;
      this.show(ids[at], true);
    });
    this.#grip.addEventListener("keydown", (event) => {
      const grows = { ArrowLeft: 1, ArrowUp: 1, ArrowRight: -1, ArrowDown: -1 }[event.key];
      if (grows === undefined) return;
      event.preventDefault();
      this.#keep(this.#size + grows * KEY_STEP);
    });
    this.#grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#grip.setPointerCapture(event.pointerId);
    });
    this.#grip.addEventListener("pointermove", (event) => {
      if (!this.#grip.hasPointerCapture(event.pointerId)) return;
      const { right, bottom } = this.#root.getBoundingClientRect();
      this.#keep(this.#atBottom ? bottom - event.clientY : right - event.clientX);
    });
  }

  /** As the style sheet says: a phone has it at the bottom. */
  get #atBottom() {
    return getComputedStyle(this.#grip).cursor.startsWith("ns");
  }

  get #size() {
    const { width, height } = this.#root.getBoundingClientRect();
    return this.#atBottom ? height : width;
  }

  /** @param {number} size */
  #keep(size) {
    const which = this.#atBottom ? "height" : "width";
    const kept = this.#services.settings.get("sheet.size", USUAL);
    this.#services.settings.set("sheet.size", { ...kept, [which]: Math.max(LEAST, Math.round(size)) });
  }

  #resize() {
    const { width, height } = { ...USUAL, ...this.#services.settings.get("sheet.size", USUAL) };
    this.#root.style.setProperty("--sheet-width", `${Number(width) || USUAL.width}px`);
    for (const [part, value] of [["valuemin", LEAST], ["valuenow", this.#atBottom ? height : width], ["valuemax", MOST]]) {
      this.#grip.setAttribute(`aria-${part}`, String(value));
    }
    this.#root.style.setProperty("--sheet-height", `${Number(height) || USUAL.height}px`);
  }
}

/** @param {string[]} ids */
function sorted(ids) {
  const rank = (/** @type {string} */ id) => (ORDER.indexOf(id) + 1 || ORDER.length + 1);
  return ids.sort((a, b) => rank(a) - rank(b));
}
