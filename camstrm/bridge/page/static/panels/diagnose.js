/** "Why is it missing?": what the server finds wrong with the chosen camera, and a button that tries again. */

import { setText } from "../figures.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { has, say } from "../texts.js";
import { button, copyText, isBusy, setBusy } from "./controls.js";
import { eventText, eventTime } from "./event_text.js";

/** Gravest first; of a level that is not known nobody can say how grave it is. */
const LEVELS = ["error", "warning", "note", "ok"];

/** Events of the camera that are shown, the newest first. */
const MOST_EVENTS = 8;

/** Events come the oldest first, so many at most with one call; in so many calls all of a day have come. */
const EVENTS_AT_ONCE = 250;
const MOST_CALLS = 16;

/** After "try again" the camera has so long before it is asked how it is. */
const OPENING_MS = 2500;

/** How often the camera's state is looked at: another one, or another reason, is asked about. */
const WATCH_MS = 500;

class DiagnosePanel {
  id = "diagnose";
  element = element("div", { className: "panel diagnose" });
  #services;
  #message = element("p", { className: "message" });
  #findings = element("ol", { className: "findings" });
  #problem = element("p", { className: "note", hidden: true });
  #again = button(say("diagnose.again"), () => this.#reconnect(), "primary");
  #look = button(say("diagnose.look"), () => this.#ask());
  #copy = button(say("diagnose.copy"), () => this.#copyFindings());
  #history = element("section", { hidden: true });
  #eventList = element("ol", { className: "history" });
  /** @type {CameraInfo | null} */
  #camera = null;
  /** Grows with each question: answers to earlier ones are dropped. */
  #asked = 0;
  /** Whether the answer to the last question is still to come. */
  #waits = false;
  /** The camera's state and reason that the findings are of. */
  #state = "";
  /** When it is asked again after "try again", 0: not. */
  #timer = 0;
  /** Looks at the state while the panel is seen, 0: not. */
  #watch = 0;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#again.title = say("diagnose.again.hint");
    const buttons = element("div", { className: "buttons" }, this.#again, this.#look, this.#copy);
    this.#history.append(element("h3", { textContent: say("diagnose.events") }), this.#eventList);
    this.#problem.dataset.level = "error";
    this.element.append(this.#message, this.#findings, buttons, this.#problem, this.#history);
  }

  /** @param {CameraInfo | null} camera */
  show(camera) {
    const other = camera?.name !== this.#camera?.name;
    this.#camera = camera;
    if (other) {
      this.#findings.replaceChildren();
      this.#history.hidden = true;
      this.#problem.hidden = true;
    }
    for (const one of [this.#again, this.#look, this.#copy]) one.hidden = camera === null;
    if (camera === null) this.#say(say("diagnose.none"));
    else this.#ask();
    if (this.#watch === 0) this.#watch = window.setInterval(() => this.#follow(), WATCH_MS);
  }

  hide() {
    window.clearTimeout(this.#timer);
    window.clearInterval(this.#watch);
    this.#watch = 0;
    this.#asked += 1;
    this.#camera = null;
  }

  /** @param {string} text empty: nothing */
  #say(text) {
    this.#message.hidden = text === "";
    setText(this.#message, text);
  }

  /** Ask again if the camera is not as it was: findings of an earlier fault send to the wrong place. */
  #follow() {
    if (this.#camera === null || this.#waits || isBusy(this.#again)) return;
    const state = this.#stateNow();
    if (state !== "" && state !== this.#state) this.#ask();
  }

  #stateNow() {
    const status = this.#camera && this.#services.cameras.status(this.#camera.index);
    return status ? `${status.state} ${status.reason}` : "";
  }

  async #ask() {
    const camera = this.#camera;
    if (camera === null) return;
    window.clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    this.#waits = true;
    this.#state = this.#stateNow();
    this.#say(say("diagnose.asking", { name: camera.name }));
    this.#askHistory(camera, asked);
    try {
      const { findings = [] } = await this.#services.call(camera.index, "diagnose", {});
      if (asked === this.#asked) this.#show(findings);
    } catch (error) {
      if (asked === this.#asked) this.#show([failure(/** @type {FailedCall} */ (error), camera, this.#services)]);
    }
    if (asked === this.#asked) this.#waits = false;
  }

  /** @param {Finding[]} findings */
  #show(findings) {
    const rank = (/** @type {Finding} */ { level }) => (LEVELS.indexOf(level) + LEVELS.length) % LEVELS.length;
    const sorted = [...findings].sort((one, other) => rank(one) - rank(other));
    this.#say(sorted.length === 0 ? say("diagnose.nothing") : "");
    this.#findings.replaceChildren(
      ...sorted.map(({ level, text, remedy = "" }) => {
        const key = `diagnose.level.${level}`;
        const item = element(
          "li",
          {},
          element("p", { className: "level", textContent: has(key) ? say(key) : level }),
          element("p", { className: "text", textContent: text }),
        );
        if (remedy !== "") item.append(element("p", { className: "remedy", textContent: remedy }));
        item.dataset.level = level;
        return item;
      }),
    );
    const [first] = sorted;
    if (first !== undefined) this.#services.announce(first.text);
  }

  /** @type {(camera: CameraInfo, asked: number) => Promise<void>} */
  async #askHistory(camera, asked) {
    try {
      /** @type {LoggedEvent[]} */
      let mine = [];
      let after = 0;
      for (let calls = 0; calls < MOST_CALLS; calls += 1) {
        /** @type {{ events?: LoggedEvent[], last?: number }} */
        const { events = [], last = 0 } = await this.#services.call(camera.index, "events", { after });
        if (asked !== this.#asked) return;
        mine = [...mine, ...events.filter((event) => event.camera === camera.name)].slice(-MOST_EVENTS);
        if (events.length < EVENTS_AT_ONCE) break;
        after = last;
      }
      this.#history.hidden = mine.length === 0;
      this.#eventList.replaceChildren(...mine.reverse().map(line));
    } catch {
      this.#history.hidden = true; // an older server keeps none
    }
  }

  async #reconnect() {
    const camera = this.#camera;
    if (camera === null || isBusy(this.#again)) return;
    this.#problem.hidden = true;
    setBusy(this.#again, true);
    try {
      const lease = this.#services.lease(camera.index);
      if (lease === null || lease.viewer === 0) await this.#services.call(camera.index, "lease", { action: "take" });
      await this.#services.call(camera.index, "reconnect", {});
      const text = say("diagnose.trying", { name: camera.name });
      this.#say(text);
      this.#services.announce(text);
      this.#timer = window.setTimeout(() => this.#ask(), OPENING_MS);
    } catch (error) {
      const { message, remedy } = /** @type {FailedCall} */ (error);
      const text = remedy ? say("setup.failed_remedy", { message, remedy }) : message;
      this.#problem.hidden = false;
      setText(this.#problem, text);
      this.#services.announce(text, true);
    }
    setBusy(this.#again, false);
  }

  async #copyFindings() {
    const lines = [...this.#findings.children].map((item) => [...item.children].map((part) => part.textContent).join("\n"));
    const text = [this.#camera?.name, this.#camera?.model, this.#camera?.serial, ...lines].filter(Boolean).join("\n");
    if (await copyText(this.#findings, text)) this.#say(say("diagnose.copied"));
  }
}

/** What is known when the camera's process does not answer. @type {(error: FailedCall, camera: CameraInfo, services: Services) => Finding} */
function failure({ message, remedy }, camera, services) {
  const reason = services.cameras.status(camera.index)?.reason ?? "";
  return { level: "error", text: reason === "" ? message : `${message}: ${reason}`, remedy };
}

/** @param {LoggedEvent} event */
function line(event) {
  const time = element("time", { textContent: eventTime(event.time_us) });
  return element("li", {}, time, element("span", { textContent: eventText(event) }));
}

registerPanel("diagnose", (services) => new DiagnosePanel(services));
