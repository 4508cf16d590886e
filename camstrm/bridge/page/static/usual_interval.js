/** The middle one of the last KEPT intervals: a pause, or a burst after it, changes nothing. */

const KEPT = 5;

export class UsualInterval {
  /** @type {number[]} the last ones, oldest first, in milliseconds */
  #intervals = [];
  /** @type {number | null} */
  #lastMs = null;

  /** @param {number} nowMs when it happened */
  add(nowMs) {
    if (this.#lastMs !== null) this.#intervals.push(nowMs - this.#lastMs);
    if (this.#intervals.length > KEPT) this.#intervals.shift();
    this.#lastMs = nowMs;
  }

  /** Milliseconds; 0 until it happened KEPT + 1 times. */
  get ms() {
    if (this.#intervals.length < KEPT) return 0;
    return [...this.#intervals].sort((a, b) => a - b)[(KEPT - 1) / 2];
  }
}
