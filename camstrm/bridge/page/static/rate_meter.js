/** Amount per second over the last WINDOW_MS: pictures shown, bundles, bits. */

const WINDOW_MS = 2000;

export class RateMeter {
  /** @type {{nowMs: number, amount: number}[]} of the last WINDOW_MS, oldest first */
  #entries = [];
  /** Of their amounts. */
  #sum = 0;
  /** @type {number | null} when the first amount came */
  #startMs = null;

  /** @param {number} nowMs performance.now(), as in all calls */
  add(nowMs, amount = 1) {
    this.#startMs ??= nowMs;
    this.#entries.push({ nowMs, amount });
    this.#sum += amount;
    this.#forget(nowMs);
  }

  /** @param {number} nowMs in the first window the rate is over the time since the first amount */
  perSecond(nowMs) {
    this.#forget(nowMs);
    if (this.#startMs === null) return 0;
    const spanMs = Math.min(WINDOW_MS, Math.max(nowMs - this.#startMs, WINDOW_MS / 4));
    return (this.#sum * 1000) / spanMs;
  }

  /** @param {number} nowMs */
  #forget(nowMs) {
    while (this.#entries.length > 0 && nowMs - this.#entries[0].nowMs > WINDOW_MS) {
      this.#sum -= this.#entries[0].amount;
      this.#entries.shift();
    }
  }
}
