/** The menu of all actions with their keys, and the list of keys. */

import { say } from "../texts.js";
import { element } from "./elements.js";
import { actions, panels } from "./registry.js";

/** What needs a key to say which camera is meant. */
const KEYS_ONLY = ["choose", "neighbour"];

/** Runs the actions of the table; what nobody has registered is not there. */
export class ActionTable {
  /** @type {KeyEntry[]} */
  table;
  #services;
  #sheet;

  /**
   * @param {KeyEntry[]} table
   * @param {Services} services
   * @param {{shown: string, toggle: (id: string) => void}} sheet
   */
  constructor(table, services, sheet) {
    this.table = table;
    this.#services = services;
    this.#sheet = sheet;
  }

  /** @param {string} id */
  knows(id) {
    return actions.has(id) || panels.has(id);
  }

  /** @param {string} id */
  enabled(id) {
    return actions.get(id)?.enabled?.(this.#services) ?? true;
  }

  /** @param {string} id null: it is nothing that is on or off */
  checked(id) {
    if (panels.has(id)) return this.#sheet.shown === id;
    return actions.get(id)?.checked?.(this.#services) ?? null;
  }

  /** @type {(id: string, key?: string) => boolean} whether there is such a thing, and it can be done */
  run(id, key = "") {
    if (!this.knows(id) || !this.enabled(id)) return false;
    const action = actions.get(id);
    if (action !== undefined) action.run(this.#services, key);
    else this.#sheet.toggle(id);
    return true;
  }
}

export class Menu {
  #button;
  #table;
  #list = element("div", { className: "menu", role: "menu", hidden: true });

  /**
   * @param {HTMLElement} button
   * @param {ActionTable} table
   */
  constructor(button, table) {
    this.#button = button;
    this.#table = table;
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    button.after(this.#list);
    button.addEventListener("click", () => (this.#list.hidden ? this.#open() : this.close()));
    this.#list.addEventListener("keydown", (event) => this.#keyPressed(event));
    document.addEventListener("pointerdown", ({ target }) => {
      const inside = target instanceof Node && (this.#list.contains(target) || button.contains(target));
      if (!inside) this.close();
    });
  }

  #open() {
    this.#list.replaceChildren(...grouped(this.#table, KEYS_ONLY).map(([group, entries]) => {
      const items = entries.map((entry) => this.#item(entry));
      const name = element("p", { className: "group-name", textContent: say(`group.${group}`) });
      // A group of a menu has nothing but items; it is named by its label.
      name.setAttribute("aria-hidden", "true");
      const section = element("div", { role: "group" }, name, ...items);
      section.setAttribute("aria-label", say(`group.${group}`));
      return section;
    }));
    this.#list.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    const [first] = this.#items;
    if (first === undefined) return;
    first.tabIndex = 0;
    first.focus();
  }

  close() {
    if (this.#list.hidden) return;
    const focused = this.#list.contains(document.activeElement);
    this.#list.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (focused) this.#button.focus();
  }

  /** @param {KeyEntry} entry */
  #item(entry) {
    const checked = this.#table.checked(entry.id);
    const item = element(
      "button",
      { role: checked === null ? "menuitem" : "menuitemcheckbox", tabIndex: -1 },
      element("span", { textContent: say(`action.${entry.id}`) }),
      element("kbd", { textContent: shownKeys(entry) }),
    );
    if (checked !== null) item.setAttribute("aria-checked", String(checked));
    item.disabled = !this.#table.enabled(entry.id);
    item.addEventListener("click", () => {
      this.close();
      this.#table.run(entry.id);
    });
    return item;
  }

  get #items() {
    return [...this.#list.querySelectorAll("button")].filter(({ disabled }) => !disabled);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const items = this.#items;
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const { length } = items;
    /** @type {Record<string, number>} */
    const next = { ArrowDown: (at + 1) % length, ArrowUp: (at - 1 + length) % length };
    const to = { ...next, Home: 0, End: length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (to !== undefined) items[to].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {ActionTable} table shows all keys; they work again when it is closed */
export function showKeys(table) {
  const sections = grouped(table).map(([group, entries]) => {
    const rows = entries
      .filter(({ keys }) => keys.length > 0)
      .map((entry) => element(
        "div",
        {},
        element("dt", {}, element("kbd", { textContent: shownKeys(entry) })),
        element("dd", { textContent: say(`action.${entry.id}`) }),
      ));
    const name = element("h3", { textContent: say(`group.${group}`) });
    return element("section", {}, name, element("dl", {}, ...rows));
  });
  const mouse = element("p", { textContent: say("shell.mouse") });
  openDialog("keys", say("action.keys"), element("div", { className: "columns" }, ...sections), mouse);
}

/** @type {(name: string, title: string, ...content: HTMLElement[]) => HTMLDialogElement} modal; Escape closes it */
export function openDialog(name, title, ...content) {
  const close = element("button", { className: "close", textContent: "×", title: say("shell.close") });
  close.setAttribute("aria-label", say("shell.close"));
  const heading = element("h2", { textContent: title, id: `dialog-${name}` });
  const dialog = element("dialog", { className: name }, element("header", {}, heading, close), ...content);
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {KeyEntry} entry */
function shownKeys({ keys, shown }) {
  return shown ?? keys.join(", ");
}

/** @type {(table: ActionTable, without?: string[]) => [string, KeyEntry[]][]} what is there, by group */
function grouped(table, without = []) {
  /** @type {Map<string, KeyEntry[]>} */
  const groups = new Map();
  for (const entry of table.table.filter(({ id }) => table.knows(id) && !without.includes(id))) {
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  return [...groups];
}
