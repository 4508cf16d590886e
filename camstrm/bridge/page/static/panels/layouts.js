/** How the pictures share the window, and arrangements that were given a name. */

import { readLayouts } from "../model/layouts.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";

class LayoutsPanel {
  id = "layouts";
  element = element("div", { className: "layouts" });
  #services;
  #modes = element("fieldset");
  #large = element("select");
  #name = element("input", { type: "text", maxLength: 60, required: true });
  #list = element("ul", { className: "plain" });

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#modes.append(element("legend", { textContent: say("shell.layout_mode") }));
    for (const mode of ["auto", "grid", "large"]) {
      const radio = element("input", { type: "radio", name: "layout", value: mode });
      radio.addEventListener("change", () => services.settings.set("layout.mode", mode));
      this.#modes.append(element("label", { className: "switch" }, radio, say(`shell.layout_${mode}`)));
    }
    this.#large.addEventListener("change", () => services.settings.set("layout.large", this.#large.value));
    const large = element("span", { textContent: say("shell.layout_large_one") });
    const reset = element("button", { type: "button", textContent: say("shell.order_reset") });
    reset.addEventListener("click", () => services.settings.set("order", []));
    this.#name.setAttribute("aria-label", say("shell.layout_name"));
    this.#name.placeholder = say("shell.layout_name");
    const save = element("button", { type: "submit", textContent: say("shell.layout_save") });
    const form = element("form", { className: "row" }, this.#name, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      services.layouts.save(this.#name.value.trim());
      this.#name.value = "";
    });
    this.element.append(
      this.#modes,
      element("label", { className: "field" }, large, this.#large),
      element("p", { className: "note", textContent: say("shell.order_how") }),
      reset,
      element("h3", { textContent: say("shell.layouts_named") }),
      this.#list,
      form,
    );
    for (const name of ["layouts", "layout.mode", "layout.large", "order"]) {
      services.settings.changed(name, () => this.show());
    }
    services.cameras.onChoose(() => this.show());
  }

  show() {
    const { settings, cameras, layouts } = this.#services;
    const mode = settings.get("layout.mode", "auto");
    for (const radio of this.#modes.querySelectorAll("input")) radio.checked = radio.value === mode;
    const names = cameras.all().map(({ name }) => name);
    const any = element("option", { value: "", textContent: say("shell.layout_any") });
    this.#large.replaceChildren(any, ...names.map((name) => element("option", { value: name, textContent: name })));
    this.#large.value = settings.get("layout.large", "");
    const saved = readLayouts(settings.get("layouts", /** @type {unknown[]} */ ([])));
    this.#list.replaceChildren(...saved.map(({ name }) => {
      const use = element("button", { type: "button", className: "link", textContent: name });
      use.addEventListener("click", () => layouts.use(name));
      const remove = element("button", { type: "button", className: "close", textContent: "×" });
      remove.setAttribute("aria-label", say("shell.layout_delete", { name }));
      remove.title = say("shell.layout_delete", { name });
      remove.addEventListener("click", () => layouts.remove(name));
      return element("li", { className: "row" }, use, remove);
    }));
    if (saved.length === 0) {
      this.#list.append(element("li", { className: "note", textContent: say("shell.layouts_none") }));
    }
  }

  hide() {}
}

registerPanel("layouts", (services) => new LayoutsPanel(services));
