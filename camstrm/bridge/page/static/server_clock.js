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
 * before another that came earlier shows a clock that was set back: what was known is forgotten at
 * once. Times from before that are still counted with what was known then.
 */

const WINDOW_US = 30_000_000;
/** Messages of bundles and of states are made by different threads: they differ by less. */
const SET_BACK_US = 2_000_000;

export class ServerClock {
  /** Smallest difference (client - server) of the window before, in microseconds. */
  #previous = Infinity;
  /** The same of the present window. */
  #current = Infinity;
  /** The viewer's clock when the present window began. */
  #windowStart = -Infinity;
  /** The newest time of the server since its clock was set back last. */
  #newestUs = -Infinity;
  /** The smallest difference before the server's clock was set back; null: it never was. */
  #beforeSetBack = /** @type {number | null} */ (null);

  /** @type {(serverUs: number, clientUs: number) => void} when a message was made and arrived */
  observe(serverUs, clientUs) {
    if (serverUs < this.#newestUs - SET_BACK_US) {
      this.#beforeSetBack = this.#difference;
      this.#previous = this.#current = Infinity;
      this.#windowStart = clientUs;
      this.#newestUs = serverUs;
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
    const ageUs = clientUs - this.#difference - serverUs;
    // Of a time that is still to come, and was there before the clock was set back.
    const before = this.#beforeSetBack !== null && ageUs < -SET_BACK_US;
    const rightUs = before ? clientUs - Number(this.#beforeSetBack) - serverUs : ageUs;
    return Math.max(0, rightUs / 1000);
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
    this.#windowStart = this.#newestUs = -Infinity;
    this.#beforeSetBack = null;
  }
}

/** The viewer's own clock in microseconds; it never jumps, unlike Date.now(). */
export function clientTimeUs() {
  return (performance.timeOrigin + performance.now()) * 1000;
}
