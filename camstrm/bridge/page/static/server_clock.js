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
 * Clocks drift and are set: the minimum is taken over the last one to two WINDOW_US only.
 */

const WINDOW_US = 30_000_000;

export class ServerClock {
  /** Smallest difference (client - server) of the window before, in microseconds. */
  #previous = Infinity;
  /** The same of the present window. */
  #current = Infinity;
  /** The viewer's clock when the present window began. */
  #windowStart = -Infinity;

  /** @type {(serverUs: number, clientUs: number) => void} when a message was made and arrived */
  observe(serverUs, clientUs) {
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
    const difference = Math.min(this.#previous, this.#current);
    if (!Number.isFinite(difference)) return null;
    return Math.max(0, (clientUs - difference - serverUs) / 1000);
  }

  /** The server's clock now, in microseconds; the viewer's own while nothing is known. */
  serverUs(clientUs = clientTimeUs()) {
    const difference = Math.min(this.#previous, this.#current);
    return Number.isFinite(difference) ? clientUs - difference : clientUs;
  }

  /** Forget everything: another server may have another clock. */
  reset() {
    this.#previous = this.#current = Infinity;
    this.#windowStart = -Infinity;
  }
}

/** The viewer's own clock in microseconds; it never jumps, unlike Date.now(). */
export function clientTimeUs() {
  return (performance.timeOrigin + performance.now()) * 1000;
}
