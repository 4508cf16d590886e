/**
 * When a measurement is asked for again: at most five times a second, one at a time, always with
 * what is wanted now, and never while nobody looks.
 */

const INTERVAL_MS = 200;
/** After a failure: whoever cannot answer is not asked five times a second. */
const RETRY_MS = 1000;
/** An answer that has not come after this time does not come any more. */
const LOST_MS = 10_000;

export class Sampler {
  /** @type {{camera: number, args: object} | null} null: nothing is wanted */
  #wanted = null;
  /** @type {{id: number, camera: number, atMs: number} | null} what is being answered */
  #open = null;
  #lastId = 0;
  #notBeforeMs = -Infinity;
  #failed = false;

  /** @type {(camera: number, args: object | null) => void} `args` null: nothing */
  want(camera, args) {
    const another = this.#wanted?.camera !== camera;
    this.#wanted = args === null ? null : { camera, args };
    // Another camera may well answer.
    if (another && this.#failed) [this.#failed, this.#notBeforeMs] = [false, -Infinity];
  }

  /**
   * What to ask for now, null: nothing. It counts as asked for.
   * @type {(nowMs: number) => {id: number, camera: number, args: any} | null}
   */
  due(nowMs) {
    if (this.#open !== null && nowMs - this.#open.atMs >= LOST_MS) this.#open = null;
    if (this.#wanted === null || this.#open !== null || nowMs < this.#notBeforeMs) return null;
    const { camera, args } = this.#wanted;
    this.#lastId += 1;
    this.#open = { id: this.#lastId, camera, atMs: nowMs };
    this.#notBeforeMs = nowMs + INTERVAL_MS;
    return { id: this.#lastId, camera, args };
  }

  /**
   * Take note of an answer; gives whether it still is of interest.
   * @type {(id: number, ok: boolean, nowMs: number) => boolean}
   */
  answered(id, ok, nowMs) {
    if (this.#open?.id !== id) return false;
    const { camera } = this.#open;
    this.#open = null;
    const wanted = this.#wanted?.camera === camera;
    if (wanted) {
      this.#failed = !ok;
      if (!ok) this.#notBeforeMs = nowMs + RETRY_MS;
    }
    return wanted;
  }
}
