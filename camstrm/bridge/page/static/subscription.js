/**
 * What the page asks of the server: the whole pictures and the views that its tiles show. There is
 * at most one view for a camera, so the server's answers are distinguished by the camera.
 */

import { encodeSubscribe } from "./messages.js";

/** Between two wishes for other views while somebody zooms or pans: at most five a second. */
const LEAST_INTERVAL_MS = 200;
/** Movements that follow each other so closely are one. */
const GATHER_MS = 50;

export class Subscription {
  #send;
  #ask;
  #system;
  /** The last message of this connection. */
  #text = "";
  /** performance.now() when it was sent. */
  #sentAtMs = -Infinity;
  /** A timer runs that will ask. */
  #waiting = false;
  /** @type {Map<number, boolean>} is a view that the server sends one of a part, by its id */
  #granted = new Map();
  /** @type {Map<number, string>} why a camera's view is not sent, by its index */
  #refused = new Map();

  /**
   * @param {(text: string) => void} send
   * @param {() => void} ask calls update(), when it is time
   * @param {Pick<typeof globalThis, "performance" | "setTimeout">} system the browser
   */
  constructor(send, ask, system = globalThis) {
    this.#send = send;
    this.#ask = ask;
    this.#system = system;
  }

  /** Begin with what a new viewer gets without asking. */
  reset() {
    this.#text = encodeSubscribe(null, []);
    this.#granted.clear();
    this.#refused.clear();
  }

  /** Ask soon, for what is wanted then. */
  updateSoon() {
    if (this.#waiting) return;
    this.#waiting = true;
    const nowMs = this.#system.performance.now();
    const delayMs = Math.max(GATHER_MS, this.#sentAtMs + LEAST_INTERVAL_MS - nowMs);
    this.#system.setTimeout(() => {
      this.#waiting = false;
      this.#ask();
    }, delayMs);
  }

  /**
   * Ask now, if it is something else than before. `wishes`: of all tiles that can be seen; `all`:
   * these are all cameras. A view of the whole picture replaces the usual one if the server sends it.
   * `maxFps`: most bundles a second, null: all.
   * @type {(wishes: Wish[], all: boolean, maxFps?: number | null) => void}
   */
  update(wishes, all, maxFps = null) {
    const views = wishes.flatMap(({ camera, view }) =>
      view === null ? [] : [{ camera, ...view }],
    );
    const wished = new Set(views.map(({ camera }) => camera));
    for (const camera of this.#refused.keys()) {
      if (!wished.has(camera)) this.#refused.delete(camera);
    }
    const whole = wishes.filter(
      ({ camera, view }) => view === null || view.region !== null || this.#refused.has(camera),
    );
    const everything = all && whole.length === wishes.length;
    const text = encodeSubscribe(
      everything ? null : whole.map(({ camera }) => camera),
      views,
      maxFps,
    );
    if (text === this.#text) return;
    this.#text = text;
    this.#sentAtMs = this.#system.performance.now();
    if (views.length === 0) this.#granted.clear(); // it is not answered
    this.#send(text);
  }

  /** @type {(views: GrantedView[]) => GrantedView[]} those that are refused for another reason now */
  answered(views) {
    const before = this.#refused;
    const granted = views.filter(({ view }) => view !== 0);
    this.#granted = new Map(granted.map(({ view, region }) => [view, region !== null]));
    const refused = views.filter(({ view }) => view === 0);
    this.#refused = new Map(refused.map((view) => [view.camera, view.refused]));
    this.updateSoon(); // the whole picture instead of what was refused
    return refused.filter((view) => before.get(view.camera) !== view.refused);
  }

  /** @param {FrameHeader} frame is it something that was asked for */
  wants({ view }) {
    return view === 0 || this.#granted.has(view);
  }

  /** @param {FrameHeader} frame does it come beside the whole picture, even if it shows all of it */
  isPart({ view }) {
    return this.#granted.get(view) ?? false;
  }
}
