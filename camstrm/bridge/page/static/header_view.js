/** The line on top: is the picture live, and what does the stream cost. */

import { NONE, findParts, formatRate, setText } from "./figures.js";

export class HeaderView {
  #parts;
  #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#parts = findParts(element);
  }

  /** @param {Link} link */
  showLink({ mood, text, problem }) {
    this.#element.dataset.mood = mood;
    setText(this.#parts.state, text);
    setText(this.#parts.problem, problem);
    this.#parts.problem.title = problem;
  }

  /** @param {HeaderFigures} figures */
  showFigures({ bundleFps, megabits, status }) {
    setText(this.#parts.bundles, formatRate(bundleFps));
    setText(this.#parts.megabits, formatRate(megabits));
    setText(this.#parts.viewers, status ? String(status.viewers) : NONE);
    setText(this.#parts.skipped, status?.viewer ? String(status.viewer.skipped) : NONE);
    this.#parts.skipped.title = status?.viewer?.reason ?? "";
  }

  /** @param {string} server the server's name and version */
  showServer(server) {
    setText(this.#parts.server, server);
  }
}
