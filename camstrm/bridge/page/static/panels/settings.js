/** What a person sets for this computer: language, appearance, sound. */

import { element } from "../shell/elements.js";
import { LANGUAGES } from "../shell/language.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";

/** Each language's own name for itself. @type {Record<string, string>} */
const NAMES = { en: "English", ko: "한국어" };

class SettingsPanel {
  id = "settings";
  element = element("div", { className: "settings" });
  #services;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    const browser = /** @type {[string, string]} */ (["", say("shell.as_browser")]);
    this.element.append(
      this.#choice("language", [browser, ...LANGUAGES.map((name) => /** @type {[string, string]} */ ([name, NAMES[name]]))]),
      this.#choice("theme", [
        ["", say("shell.as_system")],
        ["dark", say("shell.theme_dark")],
        ["light", say("shell.theme_light")],
      ]),
      this.#choice("contrast", [
        ["", say("shell.as_system")],
        ["more", say("shell.contrast_more")],
      ]),
      this.#switch("info"),
      this.#switch("sound"),
      element("p", { className: "note", textContent: say("shell.kept_here") }),
    );
  }

  show() {
    for (const field of this.element.querySelectorAll("select, input")) {
      const { settings } = this.#services;
      if (field instanceof HTMLSelectElement) field.value = settings.get(field.name, "");
      else if (field instanceof HTMLInputElement) field.checked = settings.get(field.name, false);
    }
  }

  hide() {}

  /** @type {(name: string, options: [string, string][]) => HTMLElement} */
  #choice(name, options) {
    const field = element("select", { name });
    for (const [value, textContent] of options) field.append(element("option", { value, textContent }));
    field.addEventListener("change", () => {
      this.#services.settings.set(name, field.value);
      // All texts are written once, when the page begins.
      if (name === "language") window.location.reload();
    });
    return element("label", { className: "field" }, element("span", { textContent: say(`shell.${name}`) }), field);
  }

  /** @param {string} name */
  #switch(name) {
    const field = element("input", { type: "checkbox", name });
    field.addEventListener("change", () => this.#services.settings.set(name, field.checked));
    return element("label", { className: "switch" }, field, say(`shell.${name}`));
  }
}

registerPanel("settings", (services) => new SettingsPanel(services));
