/** The line on top of the window: what is wrong, and what the connection does. */

import { findParts, formatRate, setText } from "../figures.js";
import { Changes, describeTitle } from "../model/link.js";
import { say } from "../texts.js";

export class Header {
  #element;
  #parts;
  #changes = new Changes();
  /** Whether the server was there at the last look, null: it never was. */
  #linked = /** @type {boolean | null} */ (null);
  #heard;

  /**
   * @param {HTMLElement} element
   * @param {HeaderListener} heard
   */
  constructor(element, heard) {
    this.#element = element;
    this.#parts = findParts(element);
    this.#heard = heard;
  }

  /** @type {(link: Link, cameras: KnownCamera[]) => void} */
  showLink(link, cameras) {
    this.#element.dataset.mood = link.mood;
    // How many are live is never cut, however much is wrong.
    setText(this.#parts.state, link.faults || link.text);
    setText(this.#parts.sum, link.faults && link.sum);
    this.#parts.state.title = link.text;
    setText(this.#parts.problem, link.problem);
    this.#parts.problem.title = link.problem;
    const title = describeTitle(link);
    if (document.title !== title) document.title = title;
    this.#sayChanges(link, cameras);
  }

  /** @type {(megabits: number, server: string) => void} server: its name and version */
  showFigures(megabits, server) {
    setText(this.#parts.megabits, say("shell.rate", { megabits: formatRate(megabits) }));
    this.#parts.megabits.title = server;
  }

  /** Each change is said once. @type {(link: Link, cameras: KnownCamera[]) => void} */
  #sayChanges({ linked, mood }, cameras) {
    if (!linked) {
      if (this.#linked && mood === "bad") {
        this.#say(say("strip.server_gone"), true);
        this.#heard.linked(false);
      }
      if (mood === "bad" && this.#linked !== null) this.#linked = false;
      return;
    }
    if (this.#linked === false) {
      this.#say(say("strip.server_back"), false);
      this.#heard.linked(true);
    }
    this.#linked = true;
    const { lost, back } = this.#changes.look(cameras);
    for (const [key, names] of /** @type {const} */ ([["strip.lost", lost], ["strip.back", back]])) {
      if (names.length > 0) this.#say(say(key, { name: names.join(", ") }), key === "strip.lost");
    }
  }

  /** @type {(text: string, lost: boolean) => void} */
  #say(text, lost) {
    this.#heard.announce(text, lost);
    this.#heard.sound(lost);
  }
}
