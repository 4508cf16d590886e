/** Links for colleagues: some cameras, view only, for some hours; listed and revoked. */

import { setText } from "../figures.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { button, isBusy, newId, setBusy } from "./controls.js";

const HOURS = ["1", "8", "24", "168", "720"];

/** Of a note; the server takes no more. */
const MOST_NOTE = 200;

class SharePanel {
  id = "share";
  element = element("div", { className: "panel share" });
  #services;
  #form = element("form", { noValidate: true });
  #cameras = element("fieldset", { className: "boxes" });
  #hours = element("select", { id: newId() });
  #note = element("input", { type: "text", id: newId(), maxLength: MOST_NOTE, autocomplete: "off" });
  #make = element("button", { type: "submit", className: "primary", textContent: say("share.make") });
  #problem = element("p", { className: "note", hidden: true });
  #result = element("section", { className: "link", hidden: true });
  #url = element("input", { type: "text", readOnly: true, id: newId() });
  #code = element("img", { alt: say("share.qr"), width: 200, height: 200 });
  #list = element("ul", { className: "links" });
  #empty = element("p", { className: "message", tabIndex: -1 });
  /** Grows with each question: answers to earlier ones are dropped. */
  #asked = 0;
  #boxes = "";

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#hours.append(...HOURS.map((value) => element("option", { value, textContent: say(`share.hours.${value}`) })));
    this.#hours.value = "8";
    this.#form.append(
      element("h3", { textContent: say("share.new") }),
      element("p", { className: "about", textContent: say("share.about") }),
      this.#cameras,
      field(say("share.hours"), this.#hours),
      field(say("share.note"), this.#note),
      element("div", { className: "buttons" }, this.#make),
      this.#problem,
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#share();
    });
    const copy = button(say("share.copy"), () => this.#copy());
    this.#result.append(
      element("div", { className: "line" }, field(say("share.link"), this.#url), copy),
      element("p", { className: "about", textContent: say("share.once") }),
      this.#code,
    );
    this.#url.addEventListener("focus", () => this.#url.select());
    this.element.append(this.#form, this.#result, element("h3", { textContent: say("share.open") }), this.#empty, this.#list);
  }

  show() {
    const { all, chosen } = this.#services.cameras;
    const cameras = all();
    const boxes = JSON.stringify(cameras.map(({ index, name }) => [index, name]));
    if (boxes !== this.#boxes) {
      this.#boxes = boxes;
      const legend = element("legend", { textContent: say("share.cameras") });
      this.#cameras.replaceChildren(legend, ...cameras.map(({ index, name }) => box(String(index), name, index === chosen()?.index)));
    }
    this.#askList();
  }

  hide() {
    this.#asked += 1;
    this.#result.hidden = true;
    this.#url.value = "";
    this.#code.removeAttribute("src");
  }

  /** @type {(text: string, level?: string) => void} */
  #say(text, level = "error") {
    this.#problem.hidden = text === "";
    this.#problem.dataset.level = level;
    setText(this.#problem, text);
    if (text !== "") this.#services.announce(text, level === "error");
  }

  async #share() {
    const chosen = [...this.#cameras.querySelectorAll("input")].filter(({ checked }) => checked);
    if (chosen.length === 0) {
      this.#say(say("share.none_chosen"));
      this.#cameras.querySelector("input")?.focus();
      return;
    }
    if (isBusy(this.#make)) return;
    this.#say("");
    setBusy(this.#make, true);
    const wish = { cameras: chosen.map(({ value }) => Number(value)), hours: Number(this.#hours.value), note: this.#note.value.trim() };
    try {
      /** @type {SharedLink} */
      const { url_token: token = "" } = await this.#services.call(0, "share", wish);
      const url = new URL(this.#services.url("."));
      url.search = "";
      url.hash = "";
      url.searchParams.set("token", token);
      this.#url.value = url.href;
      this.#code.src = this.#services.url(`qr.svg?text=${encodeURIComponent(url.href)}`);
      this.#result.hidden = false;
      this.#url.focus();
      this.#askList();
    } catch (error) {
      const { message, remedy } = /** @type {FailedCall} */ (error);
      this.#say(remedy ? say("setup.failed_remedy", { message, remedy }) : message);
    }
    setBusy(this.#make, false);
  }

  async #copy() {
    this.#url.select();
    // Without https a page may not write to the clipboard, but what is selected may be copied.
    const done = navigator.clipboard ? await navigator.clipboard.writeText(this.#url.value).then(() => true, () => false) : document.execCommand("copy");
    if (done) this.#say(say("share.copied"), "ok");
  }

  async #askList() {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      /** @type {{ shares?: SharedLink[] }} */
      const { shares = [] } = await this.#services.call(0, "shares", {});
      if (asked !== this.#asked) return;
      this.#empty.hidden = shares.length > 0;
      setText(this.#empty, say("share.none"));
      const focused = this.#list.contains(document.activeElement);
      this.#list.replaceChildren(...shares.map((link) => this.#row(link)));
      if (focused) (this.#list.querySelector("button") ?? this.#empty).focus();
      this.#form.hidden = false;
    } catch (error) {
      if (asked !== this.#asked) return;
      const { message, code } = /** @type {FailedCall} */ (error);
      this.#list.replaceChildren();
      this.#empty.hidden = false;
      this.#form.hidden = code === "refused";
      setText(this.#empty, code === "refused" ? say("share.view") : message);
    }
  }

  /** @param {SharedLink} link */
  #row({ id, cameras = [], note = "", made_by: person = "", expires_us: expires }) {
    const names = cameras.join(", ");
    const time = new Date(expires / 1000).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
    const facts = [names, say("share.expires", { time }), ...(person === "" ? [] : [say("share.made_by", { person })])];
    const revoke = button(say("share.revoke"), () => this.#revoke(id));
    revoke.setAttribute("aria-label", say("share.revoke_of", { note: note || names }));
    const text = element("div", {}, element("p", { textContent: note || names }), element("p", { className: "facts", textContent: facts.join(" · ") }));
    return element("li", {}, text, revoke);
  }

  /** @param {string} id */
  async #revoke(id) {
    try {
      await this.#services.call(0, "unshare", { id });
      this.#say(say("share.revoked"), "ok");
    } catch (error) {
      this.#say(/** @type {FailedCall} */ (error).message);
    }
    this.#askList();
  }
}

/** @type {(label: string, control: HTMLElement) => HTMLElement} */
function field(label, control) {
  return element("div", { className: "labelled" }, element("label", { htmlFor: control.id, textContent: label }), control);
}

/** @type {(value: string, text: string, checked: boolean) => HTMLElement} */
export function box(value, text, checked) {
  return element("label", { className: "switch" }, element("input", { type: "checkbox", value, checked }), element("span", { textContent: text }));
}

registerPanel("share", (services) => new SharePanel(services));
