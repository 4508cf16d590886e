/**
 * Newest picture first: one decode at a time, one frame waiting. A frame that comes while
 * another waits takes its place, so a slow computer shows fewer pictures, never old ones.
 */

/** @import { Frame } from "./wire.js" */

/**
 * `decode(frame)` gives a promise of a bitmap; `onPicture(bitmap, frame)` takes it over;
 * `onDamage(error)` is called with the reason why a frame could not be decoded.
 * @typedef {object} DecoderParts
 * @property {(frame: Frame) => Promise<ImageBitmap>} decode
 * @property {(bitmap: ImageBitmap, frame: Frame) => void} onPicture
 * @property {(error: Error) => void} onDamage
 */

export class PictureDecoder {
  /** Frames that a newer one replaced before they were decoded. */
  replaced = 0;
  /** Frames that could not be decoded. */
  damaged = 0;
  #decode;
  #onPicture;
  #onDamage;
  /**
   * The newest frame, while the one before it is decoded.
   * @type {{frame: Frame, settled: () => void} | null}
   */
  #waiting = null;
  #busy = false;

  /** @param {DecoderParts} parts */
  constructor({ decode, onPicture, onDamage }) {
    this.#decode = decode;
    this.#onPicture = onPicture;
    this.#onDamage = onDamage;
  }

  /**
   * Decode `frame` when its turn comes.
   * @param {Frame} frame
   * @param {() => void} settled called once, whatever becomes of the frame
   */
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
        this.#onDamage(/** @type {Error} */ (error));
      }
      settled();
    }
    this.#busy = false;
  }
}
