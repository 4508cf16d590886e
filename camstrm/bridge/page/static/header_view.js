/** The line on top: is the picture live, and what does the stream cost. */

import { NONE, formatRate, setText } from "./figures.js";

export class HeaderView {
  #parts = {};
  #element;

  constructor(element) {
    this.#element = element;
    for (const part of element.querySelectorAll("[data-part]")) {
      this.#parts[part.dataset.part] = part;
    }
  }

  /** Show what describeLink says. */
  showLink({ mood, text, problem }) {
    this.#element.dataset.mood = mood;
    setText(this.#parts.state, text);
    setText(this.#parts.problem, problem);
    this.#parts.problem.title = problem;
  }

  /** `status`: the last status message or null. */
  showFigures({ bundleFps, megabits, status }) {
    setText(this.#parts.bundles, formatRate(bundleFps));
    setText(this.#parts.megabits, formatRate(megabits));
    setText(this.#parts.viewers, status ? String(status.viewers) : NONE);
    setText(this.#parts.skipped, status?.viewer ? String(status.viewer.skipped) : NONE);
    this.#parts.skipped.title = status?.viewer?.reason ?? "";
  }

  showServer(server) {
    setText(this.#parts.server, server);
  }
}
