/**
 * Sharpness as something to turn a lens by: smoothed, beside the best that there was, and as a tone
 * for the person who does not see the screen.
 */

import { clamp } from "./numbers.js";

/** Time constant of the smoothing: calm, and no later than the hand. */
const SMOOTH_MS = 250;
/** The bar ends so much above the peak: a new peak is seen as one. */
const ROOM = 1.1;
/** From this part of the peak on, the lens is at it. */
const AT_PEAK = 0.98;
/** What the level is compared with is so old, and must differ by so much. */
const TREND_MS = 600;
const TREND = 0.02;
const MOST_LEVELS = 64;
/** Without a new picture for so long there is no tone: it would say something of the past. */
const SILENT_MS = 1500;
/** Tone of the sharpness at the last reset; it rises with the square root: an octave for four times. */
const TONE_HZ = 220;
const LOWEST_HZ = 110;
const HIGHEST_HZ = 3520;
/** Pauses between two tones below the peak: none at it. */
const PAUSE_MS = 90;
const LONGEST_PAUSE_MS = 600;
const PAUSE_FOR_PART_MS = 900;

export class Focus {
  /** Smoothed sharpness, null before the first. @type {number | null} */
  level = null;
  /** The largest level since the last reset. */
  peak = 0;
  /** The level that the tone begins with; 0: the next one. */
  #reference = 0;
  #subject = "";
  /** When the last level came, in the caller's milliseconds. */
  #atMs = -Infinity;
  /** Capture time of its frame. */
  #frameUs = -1;
  /** @type {{atMs: number, level: number}[]} of the last moments, the oldest first */
  #levels = [];

  /** What is measured, as text: another camera or region has a peak of its own. @param {string} subject */
  begin(subject) {
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#clear();
  }

  /** @type {(sharpness: number, frameUs: number, nowMs: number) => void} of a frame; one that was there before is ignored */
  add(sharpness, frameUs, nowMs) {
    if (frameUs === this.#frameUs || !Number.isFinite(sharpness)) return;
    const passedMs = nowMs - this.#atMs;
    const weight = this.level === null ? 1 : 1 - Math.exp(-Math.max(0, passedMs) / SMOOTH_MS);
    this.level = (this.level ?? 0) + (sharpness - (this.level ?? 0)) * weight;
    this.peak = Math.max(this.peak, this.level);
    if (this.#reference <= 0) this.#reference = this.level;
    [this.#frameUs, this.#atMs] = [frameUs, nowMs];
    this.#levels.push({ atMs: nowMs, level: this.level });
    if (this.#levels.length > MOST_LEVELS) this.#levels.shift();
  }

  /** Let go of the peak: the present level is the first one. */
  reset() {
    this.peak = this.level ?? 0;
    this.#reference = this.level ?? 0;
  }

  /** The level in parts of the peak, 0 to 1. */
  get relative() {
    return this.level === null || this.peak <= 0 ? 0 : this.level / this.peak;
  }

  get atPeak() {
    return this.relative >= AT_PEAK;
  }

  /** How full the bar is, and where the peak is marked, in parts of its length. */
  get bar() {
    return { fill: this.relative / ROOM, mark: this.peak > 0 ? 1 / ROOM : 0 };
  }

  /** No picture has come for a while. @param {number} nowMs */
  silent(nowMs) {
    return this.level === null || nowMs - this.#atMs > SILENT_MS;
  }

  /** @type {(nowMs: number) => "rising" | "falling" | "steady"} */
  trend(nowMs) {
    const before = this.#levels.filter(({ atMs }) => atMs <= nowMs - TREND_MS).at(-1);
    if (this.level === null || before === undefined || before.level <= 0) return "steady";
    const change = this.level / before.level - 1;
    if (Math.abs(change) < TREND) return "steady";
    return change > 0 ? "rising" : "falling";
  }

  /**
   * The tone of the level, null: silence. It follows the level itself and not its part of the peak,
   * which stays 1 while a lens comes into focus; the pauses say how far the peak is.
   * @type {(nowMs: number) => {frequency: number, pauseMs: number} | null}
   */
  tone(nowMs) {
    if (this.level === null || this.#reference <= 0 || this.silent(nowMs)) return null;
    const frequency = TONE_HZ * Math.sqrt(this.level / this.#reference);
    const below = AT_PEAK - this.relative;
    return {
      frequency: clamp(frequency, LOWEST_HZ, HIGHEST_HZ),
      pauseMs: below <= 0 ? 0 : Math.min(LONGEST_PAUSE_MS, PAUSE_MS + below * PAUSE_FOR_PART_MS),
    };
  }

  /** @type {(nowMs: number) => Said} */
  said(nowMs) {
    if (this.silent(nowMs)) return { key: "measure.focus.none", values: {} };
    if (this.atPeak) return { key: "measure.focus.peak", values: {} };
    const percent = Math.floor(this.relative * 100);
    return { key: "measure.focus.below", values: { percent } };
  }

  #clear() {
    this.level = null;
    this.peak = this.#reference = 0;
    this.#atMs = -Infinity;
    this.#frameUs = -1;
    this.#levels = [];
  }
}
