/**
 * Which bundles are done with. An ack speaks for all bundles before it too, so it goes
 * out when every picture of the bundle and of those before it is decoded, replaced by a
 * newer one, or found damaged.
 */

export class AckQueue {
  #send;
  /**
   * Bundles that are not done with, oldest first; `pictures`: how many of theirs are under way.
   * @type {{seq: bigint, pictures: number}[]}
   */
  #waiting = [];

  /** @param {(seq: bigint) => void} send called for the newest bundle that is done */
  constructor(send) {
    this.#send = send;
  }

  /**
   * A bundle with so many pictures has come; call the result once for each of them.
   * @param {bigint} seq
   * @param {number} pictures
   */
  begin(seq, pictures) {
    const entry = { seq, pictures };
    this.#waiting.push(entry);
    this.#flush();
    return () => {
      entry.pictures -= 1;
      this.#flush();
    };
  }

  /** Forget what waits: its connection or its grabber is gone. */
  reset() {
    this.#waiting = [];
  }

  #flush() {
    let done;
    while (this.#waiting.length > 0 && this.#waiting[0].pictures === 0) {
      done = this.#waiting.shift();
    }
    if (done !== undefined) this.#send(done.seq);
  }
}
