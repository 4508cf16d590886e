/** How many decoded pixels all pictures of a viewer may have together. */

/** 256 MP are 1 GB of memory: 16 cameras of 16 MP, each at its full size. */
const MAX_PIXELS_IN_ALL = 256_000_000;

export class PixelBudget {
  #most;
  #total = 0;
  /** @type {Map<unknown, number>} pixels of the newest picture of each place */
  #held = new Map();

  /** @param {number} most pixels */
  constructor(most = MAX_PIXELS_IN_ALL) {
    this.#most = most;
  }

  /** Pixels of all pictures that are held. */
  get total() {
    return this.#total;
  }

  /**
   * Note that the picture of a place is replaced by one of so many pixels; false: there is no room
   * for it, and the old one stays.
   * @param {unknown} place
   * @param {number} pixels
   */
  take(place, pixels) {
    const others = this.#total - (this.#held.get(place) ?? 0);
    if (others + pixels > this.#most) return false;
    this.#held.set(place, pixels);
    this.#total = others + pixels;
    return true;
  }

  /** @param {unknown} place is gone with its picture */
  release(place) {
    this.#total -= this.#held.get(place) ?? 0;
    this.#held.delete(place);
  }
}
