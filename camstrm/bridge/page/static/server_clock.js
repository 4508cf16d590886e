/**
 * How old a picture is, although server and viewer have different clocks.
 *
 * Every message from the server carries the server's time when it was made. What the
 * viewer's clock shows on arrival, less that time, is the difference of the clocks plus
 * the delay of the message. The delay changes and is never negative, the difference is
 * constant: so the smallest value seen is the best estimate of the difference. It is too
 * large by the smallest delay (a fraction of a millisecond in a LAN), so ages come out
 * too small by that much, never too large.
 *
 * Clocks drift and are set: the minimum is taken over the last one to two WINDOW_US only. Messages
 * of one connection come in the order in which they were made, so one that was made SET_BACK_US
 * before another that came earlier shows a clock that was set back; one that was under way for
 * SET_FORWARD_US less than all others shows a clock that was set forward. What was known is
 * forgotten at once then, but for the times from before: they are still counted with what was known
 * then.
 */

const WINDOW_US = 30_000_000;
/** Messages of bundles and of states are made by different threads: they differ by less. */
const SET_BACK_US = 2_000_000;
/** No message is under way for so long: the server ends a connection that takes nothing for 5 s. */
const SET_FORWARD_US = 20_000_000;
/** Settings of the clock whose times are still counted right. */
const PAST = 8;

export class ServerClock {
  /** Smallest difference (client - server) of the window before, in microseconds. */
  #previous = Infinity;
  /** The same of the present window. */
  #current = Infinity;
  /** The viewer's clock when the present window began. */
  #windowStart = -Infinity;
  /** The first and the newest time of the server since its clock was set last. */
  #firstUs = -Infinity;
  #newestUs = -Infinity;
  /** What was known before it was set, the newest first. */
  #past = /** @type {{ firstUs: number, newestUs: number, difference: number }[]} */ ([]);

  /** @type {(serverUs: number, clientUs: number) => void} when a message was made and arrived */
  observe(serverUs, clientUs) {
    const difference = this.#difference;
    const back = serverUs < this.#newestUs - SET_BACK_US;
    if (Number.isFinite(difference) && (back || clientUs - serverUs < difference - SET_FORWARD_US)) {
      this.#past.unshift({ firstUs: this.#firstUs, newestUs: this.#newestUs, difference });
      this.#past.splice(PAST);
      this.#previous = this.#current = Infinity;
      this.#windowStart = clientUs;
      this.#firstUs = this.#newestUs = serverUs;
    }
    this.#newestUs = Math.max(this.#newestUs, serverUs);
    if (clientUs - this.#windowStart > WINDOW_US) {
      this.#previous = this.#current;
      this.#current = Infinity;
      this.#windowStart = clientUs;
    }
    this.#current = Math.min(this.#current, clientUs - serverUs);
  }

  /**
   * Age at `clientUs` of what happened at `serverUs`; null: not known yet.
   * @type {(serverUs: number, clientUs: number) => number | null}
   */
  ageMs(serverUs, clientUs) {
    if (!Number.isFinite(this.#difference)) return null;
    return Math.max(0, (clientUs - this.#differenceAt(serverUs, clientUs) - serverUs) / 1000);
  }

  /**
   * The difference of the clock that showed this time: of the newest that can have been.
   * @type {(serverUs: number, clientUs: number) => number}
   */
  #differenceAt(serverUs, clientUs) {
    const shown = (/** @type {number} */ first, /** @type {number} */ newest) =>
      first - SET_BACK_US <= serverUs && serverUs <= newest + SET_BACK_US;
    if (shown(this.#firstUs, clientUs - this.#difference)) return this.#difference;
    const past = this.#past.find(({ firstUs, newestUs }) => shown(firstUs, newestUs));
    return past ? past.difference : this.#difference;
  }

  /** Client - server; Infinity while nothing is known. */
  get #difference() {
    return Math.min(this.#previous, this.#current);
  }

  /** The server's clock now, in microseconds; the viewer's own while nothing is known. */
  serverUs(clientUs = clientTimeUs()) {
    return Number.isFinite(this.#difference) ? clientUs - this.#difference : clientUs;
  }

  /** Forget everything: another server may have another clock. */
  reset() {
    this.#previous = this.#current = Infinity;
    this.#windowStart = this.#firstUs = this.#newestUs = -Infinity;
    this.#past = [];
  }
}

/** The viewer's own clock in microseconds; it never jumps, unlike Date.now(). */
export function clientTimeUs() {
  return (performance.timeOrigin + performance.now()) * 1000;
}
