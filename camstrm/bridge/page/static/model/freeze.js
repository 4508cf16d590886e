/**
 * A picture that stands still because a person wants it. What comes meanwhile is decoded by nobody
 * and acknowledged as ever, and the picture says that it is not of the present.
 */

export class Freeze {
  /** @type {FrameHeader | null} of the picture that stands; null: it does not */
  #frame = null;
  /** Pictures that were not shown meanwhile. */
  passed = 0;

  get frozen() {
    return this.#frame !== null;
  }

  get frame() {
    return this.#frame;
  }

  /** Freeze what is shown, or go on; without a picture there is nothing to freeze. @param {FrameHeader | null} shown */
  toggle(shown) {
    if (this.#frame !== null) this.release();
    else if (shown !== null) {
      this.#frame = shown;
      this.passed = 0;
    }
    return this.frozen;
  }

  release() {
    this.#frame = null;
  }

  /** Whether a picture that came is to be shown; otherwise it counts as passed. */
  takes() {
    if (this.#frame === null) return true;
    this.passed += 1;
    return false;
  }

  /** @param {string} time of the frozen picture, as the viewer writes it @returns {Said} */
  said(time) {
    return { key: "tools.frozen", values: { time } };
  }
}
