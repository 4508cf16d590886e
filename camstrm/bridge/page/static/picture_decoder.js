/**
 * Newest picture first: one decode at a time, one frame waiting. A frame that comes while
 * another waits takes its place, so a slow computer shows fewer pictures, never old ones.
 */

export class PictureDecoder {
  replaced = 0;
  damaged = 0;
  #decode;
  #onPicture;
  #onDamage;
  #waiting = null;
  #busy = false;

  /**
   * `decode(frame)` gives a promise of a bitmap; `onPicture(bitmap, frame)` takes it over;
   * `onDamage(error)` hears why a frame could not be decoded.
   */
  constructor({ decode, onPicture, onDamage }) {
    this.#decode = decode;
    this.#onPicture = onPicture;
    this.#onDamage = onDamage;
  }

  /** Decode `frame` when its turn comes; `settled` is called once, whatever becomes of it. */
  offer(frame, settled) {
    if (this.#waiting !== null) {
      this.replaced += 1;
      this.#waiting.settled();
    }
    this.#waiting = { frame, settled };
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#waiting !== null) {
      const { frame, settled } = this.#waiting;
      this.#waiting = null;
      try {
        this.#onPicture(await this.#decode(frame), frame);
      } catch (error) {
        this.damaged += 1;
        this.#onDamage(error);
      }
      settled();
    }
    this.#busy = false;
  }
}
