/** Values along a line of the sensor, as a chart. */

import { snap } from "./ruler.js";

/** Above and below the values, in parts of their range. */
const ROOM = 0.05;

/** @type {(from: Point, to: Point, frame: Size) => [number, number, number, number] | null} null: one pixel only */
export function lineBetween(from, to, frame) {
  const [a, b] = [snap(from, frame), snap(to, frame)];
  return a.x === b.x && a.y === b.y ? null : [a.x, a.y, b.x, b.y];
}

/**
 * Points of 0 to 1, to the right and upwards. `whole`: the axis has all values, otherwise those that
 * are there; `low` and `high` are its ends.
 * @type {(line: LineProfile, bits: number, whole: boolean) => ProfileChart}
 */
export function profileChart({ positions, values }, bits, whole) {
  const length = positions.at(-1) ?? 0;
  const [low, high] = whole ? [0, 2 ** bits - 1] : range(Object.values(values).flat());
  const series = Object.entries(values).map(([name, found]) => ({
    name,
    points: found.map((value, at) => [
      length > 0 ? positions[at] / length : 0,
      (value - low) / (high - low),
    ]),
  }));
  return { length, low, high, series };
}

/**
 * What is at a part of the line of 0 to 1; null: there is nothing.
 * @type {(line: LineProfile, part: number) => {position: number, values: Record<string, number>} | null}
 */
export function readAt({ positions, values }, part) {
  if (positions.length === 0) return null;
  const wanted = part * positions[positions.length - 1];
  let best = 0;
  positions.forEach((position, at) => {
    if (Math.abs(position - wanted) < Math.abs(positions[best] - wanted)) best = at;
  });
  const there = Object.entries(values).map(([name, found]) => [name, found[best]]);
  return { position: positions[best], values: Object.fromEntries(there) };
}

/** @param {number[]} values @returns {[number, number]} never of one value only */
function range(values) {
  if (values.length === 0) return [0, 1];
  const least = values.reduce((a, b) => Math.min(a, b));
  const largest = values.reduce((a, b) => Math.max(a, b));
  const room = Math.max(1, (largest - least) * ROOM);
  return [least - room, largest + room];
}
