/** Controls of one feature each: a choice, a switch, a button. Their text is always plain text. */

import { setText } from "../figures.js";
import { element } from "../shell/elements.js";

let made = 0;

/** An id that nothing else on the page has. */
export function newId() {
  made += 1;
  return `control-${made}`;
}

/** What a control shows: of its feature, and what is wanted. @typedef {{
 *   label: string, info: FeatureInfo, state: FeatureState | undefined, wanted: FeatureValue | undefined,
 *   enabled: boolean, note: { level: string, text: string } | null, why: string
 * }} ControlView */

/** A line below a control: what came of it, or why it cannot be set. */
export class NoteLine {
  element = element("p", { className: "note", hidden: true, id: newId() });

  /** @type {(note: { level: string, text: string } | null, why?: string) => void} */
  show(note, why = "") {
    const text = note?.text ?? why;
    this.element.hidden = text === "";
    this.element.dataset.level = note?.level ?? "why";
    setText(this.element, text);
  }
}

/** @type {(text: string, run: () => void, className?: string) => HTMLButtonElement} */
export function button(text, run, className = "") {
  const one = element("button", { type: "button", textContent: text, className });
  one.addEventListener("click", run);
  return one;
}

/** While what a button does is under way. Not disabled: it would lose the focus. @type {(one: HTMLButtonElement, busy: boolean) => void} */
export function setBusy(one, busy) {
  one.setAttribute("aria-disabled", String(busy));
}

/** @param {HTMLButtonElement} one */
export function isBusy(one) {
  return one.getAttribute("aria-disabled") === "true";
}

/**
 * Copy a text, by default what `shown` says; where the browser refuses, it is selected. Gives
 * whether it was copied. Without https there is no clipboard, but what is selected may be copied.
 * @param {HTMLElement} shown
 */
export async function copyText(shown, text = shown.textContent ?? "") {
  if (navigator.clipboard && (await navigator.clipboard.writeText(text).then(() => true, () => false))) return true;
  getSelection()?.selectAllChildren(shown);
  return document.execCommand("copy");
}

/** Write the entries of a select where they are others, and choose one. @type {(select: HTMLSelectElement, entries: { name: string, text: string, there?: boolean }[], chosen: string) => void} */
export function fillSelect(select, entries, chosen) {
  const shown = JSON.stringify(entries);
  if (select.dataset.entries !== shown) {
    select.dataset.entries = shown;
    select.replaceChildren(
      ...entries.map(({ name, text, there = true }) =>
        element("option", { value: name, textContent: text, disabled: !there }),
      ),
    );
  }
  if (document.activeElement !== select || select.value === "") select.value = chosen;
  if (select.value !== chosen && document.activeElement !== select) select.selectedIndex = -1;
}

/** One of several words: a select, or buttons where there are few short ones. */
export class ChoiceControl {
  element = element("div", { className: "control" });
  #label = element("label");
  #select = element("select", { id: newId() });
  #note = new NoteLine();

  /** @param {(value: string) => void} set */
  constructor(set) {
    this.#label.htmlFor = this.#select.id;
    this.#select.setAttribute("aria-describedby", this.#note.element.id);
    this.#select.addEventListener("change", () => set(this.#select.value));
    this.element.append(element("div", { className: "line" }, this.#label, this.#select), this.#note.element);
  }

  /** @type {(view: ControlView & { choices: { name: string, text: string, there: boolean }[] }) => void} */
  show({ label, state, wanted, enabled, note, why, choices }) {
    setText(this.#label, label);
    fillSelect(this.#select, choices, String(wanted ?? state?.value ?? ""));
    this.#select.disabled = !enabled;
    this.element.classList.toggle("waits", wanted !== undefined);
    this.#note.show(note, why);
  }
}

/** A few words side by side, as the three of an automatic. */
export class SegmentControl {
  element = element("fieldset", { className: "control segments" });
  #legend = element("legend", { className: "unseen" });
  #row = element("div", { className: "segment-row" });
  #note = new NoteLine();
  #name = newId();
  #set;

  /** @param {(value: string) => void} set */
  constructor(set) {
    this.#set = set;
    this.element.append(this.#legend, this.#row, this.#note.element);
  }

  /** @type {(view: ControlView & { choices: { name: string, text: string, there: boolean }[] }) => void} */
  show({ label, state, wanted, enabled, note, why, choices }) {
    setText(this.#legend, label);
    const shown = JSON.stringify(choices);
    if (this.#row.dataset.entries !== shown) {
      this.#row.dataset.entries = shown;
      this.#row.replaceChildren(...choices.map((choice) => this.#entry(choice)));
    }
    const value = String(wanted ?? state?.value ?? "");
    for (const input of this.#row.querySelectorAll("input")) {
      input.checked = input.value === value;
      input.disabled = !enabled || input.dataset.there === "false";
    }
    this.element.classList.toggle("waits", wanted !== undefined);
    this.#note.show(note, why);
  }

  /** @param {{ name: string, text: string, there: boolean }} choice */
  #entry({ name, text, there }) {
    const input = element("input", { type: "radio", name: this.#name, value: name });
    input.dataset.there = String(there);
    input.addEventListener("change", () => this.#set(name));
    return element("label", {}, input, element("span", { textContent: text }));
  }
}

/** On or off. */
export class SwitchControl {
  element = element("div", { className: "control" });
  #text = element("span");
  #box = element("input", { type: "checkbox" });
  #note = new NoteLine();

  /** @param {(value: boolean) => void} set */
  constructor(set) {
    this.#box.setAttribute("aria-describedby", this.#note.element.id);
    this.#box.addEventListener("change", () => set(this.#box.checked));
    const label = element("label", { className: "switch" }, this.#box, this.#text);
    this.element.append(label, this.#note.element);
  }

  /** @param {ControlView & { on: boolean }} view */
  show({ label, wanted, enabled, note, why, on }) {
    setText(this.#text, label);
    this.#box.checked = on;
    this.#box.disabled = !enabled;
    this.element.classList.toggle("waits", wanted !== undefined);
    this.#note.show(note, why);
  }
}
