/**
 * Which bundles are done with. An ack speaks for all bundles before it too, so it goes
 * out when every picture of the bundle and of those before it is decoded, replaced by a
 * newer one, or found damaged.
 */

export class AckQueue {
  #send;
  /** @type {{seq: bigint, pictures: number}[]} not done with, oldest first; pictures under way */
  #waiting = [];

  /** @param {(seq: bigint) => void} send called for the newest bundle that is done */
  constructor(send) {
    this.#send = send;
  }

  /** @type {(seq: bigint, pictures: number) => () => void} call the result for each picture */
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
