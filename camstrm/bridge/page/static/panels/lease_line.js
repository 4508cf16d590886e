/** Who sets the chosen camera, and what can be done about it: one line with buttons. */

import { setText } from "../figures.js";
import { element } from "../shell/elements.js";
import { has, say } from "../texts.js";
import { button } from "./controls.js";
import { sentence } from "./feature_session.js";

export class LeaseLine {
  element = element("div", { className: "lease-line" });
  #text = element("p");
  #buttons = element("div", { className: "buttons" });
  #services;
  #shown = "";
  /** Whose request was answered with "not now": not asked about again. */
  #refused = "";
  /** The last call failed for this reason. */
  #problem = "";

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.element.append(this.#text, this.#buttons);
  }

  /** @type {(flow: LeaseFlow, camera: number) => void} */
  show({ may, note, actions }, camera) {
    const asked = note?.level === "question" ? note.values.asked_by : "";
    if (asked === "") this.#refused = "";
    const quiet = asked !== "" && asked === this.#refused;
    this.element.dataset.may = asked !== "" && !quiet ? "asked" : may;
    const text = note === null ? say("setup.lease.free") : sentence(note);
    setText(this.#text, this.#problem === "" ? text : this.#problem);
    const shown = JSON.stringify([camera, actions, asked, quiet]);
    if (shown === this.#shown) return;
    const news = asked !== "" && !quiet && !this.#shown.includes(JSON.stringify(asked));
    this.#shown = shown;
    const values = note?.values ?? {};
    const names = quiet ? ["give"] : actions;
    const buttons = names.map((action) =>
      button(say(`setup.lease.${action}`, values), () => this.#ask(camera, action)),
    );
    if (asked !== "" && !quiet) {
      buttons.push(
        button(say("setup.lease.refuse"), () => {
          this.#refused = asked;
        }),
      );
    }
    this.#buttons.replaceChildren(...buttons);
    if (news) this.#services.announce(text, true);
  }

  /** @type {(camera: number, action: string) => Promise<void>} */
  async #ask(camera, action) {
    this.#problem = "";
    try {
      await this.#services.call(camera, "lease", { action });
    } catch (error) {
      const { message } = /** @type {FailedCall} */ (error);
      this.#problem = has("setup.failed") ? say("setup.failed", { message }) : message;
      this.#services.announce(this.#problem, true);
    }
  }
}
