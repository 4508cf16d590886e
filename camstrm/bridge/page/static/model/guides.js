/** Lines over the picture to align by: a crosshair and a grid. Places are those of the sensor. */

import { clamp } from "./numbers.js";
import { snap } from "./ruler.js";

/** CSS pixels between two lines at least: closer ones cover the picture. */
const LEAST_APART = 8;
const STEPS = [1, 2, 5];

export class Crosshair {
  /** @type {Point | null} null: in the middle of the frame, whatever its size */
  place = null;

  /** The pixel that it is at. @param {Size} frame @returns {Point} */
  at(frame) {
    const middle = { x: frame.width / 2, y: frame.height / 2 };
    return snap(this.place ?? middle, frame);
  }

  /** @type {(point: Point, frame: Size) => void} */
  put(point, frame) {
    this.place = snap(point, frame);
  }

  /** @type {(step: Point, orientation: Orientation, frame: Size) => void} by pixels as they are seen */
  move(step, orientation, frame) {
    const [{ x, y }, by] = [this.at(frame), orientation.stepToSensor(step)];
    this.put({ x: x + by.x, y: y + by.y }, frame);
  }
}

/**
 * Where the lines of a grid are. `kind`: "thirds", "pixels" or "mm", the latter two each `step`; a
 * step that is too narrow on the screen is multiplied until it is not, and given as it is then.
 * `scale`: CSS pixels for one of the frame; millimetres need a calibration.
 * @type {(wish: {kind: string, step: number}, frame: Size, scale: number, mmPerPixel: number | null) => {xs: number[], ys: number[], step: number, said: Said | null}}
 */
export function gridLines({ kind, step }, { width, height }, scale, mmPerPixel) {
  if (kind === "thirds") {
    const parts = [1 / 3, 2 / 3];
    return {
      xs: parts.map((part) => part * width),
      ys: parts.map((part) => part * height),
      step: 0,
      said: { key: "tools.grid.thirds", values: {} },
    };
  }
  if (kind === "mm" && mmPerPixel === null) {
    return { xs: [], ys: [], step: 0, said: { key: "tools.grid.uncalibrated", values: {} } };
  }
  const unit = kind === "mm" ? 1 / /** @type {number} */ (mmPerPixel) : 1;
  const wide = wideEnough(clamp(step, 1e-6, 1e6), unit * scale);
  const lines = (/** @type {number} */ size) => {
    const count = Math.ceil(size / (wide * unit)) - 1;
    return Array.from({ length: Math.max(0, count) }, (_, at) => (at + 1) * wide * unit);
  };
  const key = kind === "mm" ? "tools.grid.mm" : "tools.grid.pixels";
  return { xs: lines(width), ys: lines(height), step: wide, said: { key, values: { step: wide } } };
}

/** @type {(step: number, scale: number) => number} times 1, 2, 5, 10 ... */
function wideEnough(step, scale) {
  for (let power = 1; power < 1e12; power *= 10) {
    for (const factor of STEPS) {
      const wide = Number((step * factor * power).toPrecision(12));
      if (wide * scale >= LEAST_APART) return wide;
    }
  }
  return Infinity;
}
