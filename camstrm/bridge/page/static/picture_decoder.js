/**
 * Newest picture first: one decode at a time, one frame waiting. A frame that comes while
 * another waits takes its place, so a slow computer shows fewer pictures, never old ones.
 */

export class PictureDecoder {
  /** Frames that a newer one replaced before they were decoded. */
  replaced = 0;
  /** Frames that could not be decoded. */
  damaged = 0;
  #parts;
  /** @type {{frame: Frame, settled: () => void} | null} the newest, while one is decoded */
  #waiting = null;
  #busy = false;

  /** @param {DecoderParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @type {(frame: Frame, settled: () => void) => void} settled once, whatever becomes of it */
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
        this.#parts.onPicture(await this.#parts.decode(frame), frame);
      } catch (error) {
        this.damaged += 1;
        this.#parts.onDamage(/** @type {Error} */ (error));
      }
      settled();
    }
    this.#busy = false;
  }
}
