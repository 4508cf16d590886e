/** Events of the last day, newest first. They stay when the connection is lost. */

import { setText } from "../figures.js";
import { EventLog, isBack, isFault } from "../model/event_log.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { say } from "../texts.js";
import { eventText, eventTime } from "./event_text.js";

/** A call that failed is made again after this time. */
const AGAIN_MS = 3000;
/** The least time between two calls: a server that does not wait for events is not pressed. */
const LEAST_MS = 500;
/** So many are shown; a filter finds the others. */
const MOST_SHOWN = 300;

class EventsPanel {
  id = "events";
  element = element("div", { className: "events" });
  #services;
  #log = new EventLog();
  /** Another number for each time that the panel is opened: what was asked before is over. */
  #round = 0;
  #shown = false;
  #words = element("input", { type: "search", placeholder: say("events.search") });
  #filter = element("select");
  #problem = element("p", { className: "note", role: "status" });
  #list = element("ol", { className: "event-list" });

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#words.setAttribute("aria-label", say("events.search"));
    this.#filter.setAttribute("aria-label", say("events.filter"));
    for (const filter of ["", "faults", "changes"]) {
      const text = say(`events.filter_${filter || "all"}`);
      this.#filter.append(element("option", { value: filter, textContent: text }));
    }
    this.#words.addEventListener("input", () => this.#write());
    this.#filter.addEventListener("change", () => this.#write());
    services.onLink((linked, timeUs) => this.#linkChanged(linked, timeUs));
    const tools = element("div", { className: "row" }, this.#words, this.#filter);
    this.element.append(tools, this.#problem, this.#list);
  }

  show() {
    if (this.#shown) return;
    this.#shown = true;
    this.#round += 1;
    this.#write();
    this.#follow(this.#round);
  }

  hide() {
    this.#shown = false;
    this.#round += 1;
    this.#list.replaceChildren(); // hundreds of elements that nobody sees
  }

  /** @param {number} round */
  async #follow(round) {
    while (round === this.#round) {
      try {
        const answer = await this.#services.call(0, "events", { after: this.#log.last });
        setText(this.#problem, "");
        if (this.#log.add(answer) && round === this.#round) this.#write();
        await pause(LEAST_MS);
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        setText(this.#problem, say("events.not_now", { reason: message }));
        await pause(AGAIN_MS);
      }
    }
  }

  /** @type {(linked: boolean, timeUs: number) => void} */
  #linkChanged(linked, timeUs) {
    this.#log.note(linked ? "server back" : "server lost", timeUs);
    if (this.#shown) this.#write();
  }

  #write() {
    const read = (/** @type {LoggedEvent} */ event) => `${event.camera ?? ""} ${eventText(event)}`;
    const found = this.#log.chosen(this.#filter.value, this.#words.value, read);
    const rows = found.slice(0, MOST_SHOWN).map(row);
    const rest = found.length - rows.length;
    if (rest > 0) rows.push(element("li", { className: "note", textContent: say("events.more", { count: rest }) }));
    if (found.length === 0) rows.push(element("li", { className: "note", textContent: say("events.none") }));
    this.#list.replaceChildren(...rows);
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {LoggedEvent} event */
function row(event) {
  const { kind, camera = "", time_us } = event;
  const time = element("time", { textContent: eventTime(time_us), dateTime: new Date(time_us / 1000).toISOString() });
  const name = camera === "" ? [] : [element("strong", { textContent: camera }), " "];
  const item = element("li", {}, time, element("span", {}, ...name, eventText(event)));
  item.dataset.mood = isFault(kind) ? "bad" : isBack(kind) ? "live" : "";
  return item;
}

registerPanel("events", (services) => new EventsPanel(services));
