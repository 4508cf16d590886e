/**
 * The one measurement of the chosen camera that panel, focus bar, tone and zebra look at: five
 * times a second while any of them is open, never otherwise.
 */

import { Focus } from "../model/focus.js";
import { lineBetween } from "../model/profile.js";
import { Sampler } from "../model/sampler.js";

const TICK_MS = 50;
const BINS = 256;

export class Measuring {
  /** The newest measurement of the chosen camera, null: there is none. @type {Measurement | null} */
  newest = null;
  /** Index of its camera. */
  camera = -1;
  /** Why there is none, in the server's words; empty: nothing is wrong. */
  problem = "";
  focus = new Focus();
  #services;
  #region;
  #sampler = new Sampler();
  /** @type {Map<string, MeasuringNeeds>} what is needed, by the tool that needs it */
  #needs = new Map();
  /** @type {(() => void)[]} */
  #listeners = [];
  /** setInterval while anybody needs it, 0: nobody does. */
  #ticking = 0;

  /**
   * @param {Services} services
   * @param {() => Region | null} region what is to be measured
   */
  constructor(services, region) {
    this.#services = services;
    this.#region = region;
  }

  /** @param {() => void} callback called when there is a new measurement, a problem, or a tick without either */
  onChange(callback) {
    this.#listeners.push(callback);
  }

  /**
   * Say what is needed, or null for nothing any more.
   * @type {(user: string, needs: MeasuringNeeds | null) => void}
   */
  need(user, needs) {
    if (needs === null) this.#needs.delete(user);
    else this.#needs.set(user, needs);
    const wanted = this.#needs.size > 0;
    if (wanted && this.#ticking === 0) this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    if (!wanted && this.#ticking !== 0) {
      clearInterval(this.#ticking);
      this.#ticking = 0;
      this.#sampler.want(this.camera, null);
      this.#forget(-1);
    }
  }

  get active() {
    return this.#ticking !== 0;
  }

  #tick() {
    const camera = this.#services.cameras.chosen();
    const nowMs = performance.now();
    if (camera?.index !== this.camera) this.#forget(camera?.index ?? -1);
    const ask = camera !== null && !document.hidden && this.#services.live();
    this.#sampler.want(this.camera, ask ? this.#args(camera.index) : null);
    const due = this.#sampler.due(nowMs);
    if (due !== null) this.#ask(due);
    for (const callback of this.#listeners) callback();
  }

  /** @param {number} index */
  #args(index) {
    const region = this.#region();
    const needs = [...this.#needs.values()];
    const { frame } = this.#services.picture(index).viewport;
    const ends = needs.map(({ line }) => line?.() ?? null).find((found) => found !== null) ?? null;
    const line = ends && frame.width > 0 ? lineBetween(ends.from, ends.to, frame) : null;
    return {
      bins: needs.some(({ bins }) => bins) ? BINS : 0,
      ...(region === null ? {} : { region }),
      ...(line === null ? {} : { line }),
    };
  }

  /** @param {{id: number, camera: number, args: {region?: Region}}} due */
  async #ask({ id, camera, args }) {
    try {
      const found = await this.#services.call(camera, "measure", args);
      const nowMs = performance.now();
      if (!this.#sampler.answered(id, true, nowMs)) return;
      this.newest = found;
      this.problem = "";
      this.focus.begin(`${camera} ${args.region ?? ""}`);
      this.focus.add(found.sharpness, found.capture_time_us ?? 0, nowMs);
    } catch (error) {
      if (!this.#sampler.answered(id, false, performance.now())) return;
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  /** @param {number} camera */
  #forget(camera) {
    this.camera = camera;
    this.newest = null;
    this.problem = "";
    this.focus.begin(`${camera} none`);
  }
}
