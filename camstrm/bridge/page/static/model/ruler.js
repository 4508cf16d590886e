/** A length and a direction on the sensor, in pixels and in millimetres once calibrated. */

import { clamp, fixed, significant } from "./numbers.js";

const EIGHTH = Math.PI / 4;

/** @type {(point: Point, frame: Size) => Point} the nearest pixel of the frame */
export function snap({ x, y }, { width, height }) {
  return {
    x: clamp(Math.floor(x), 0, Math.max(0, width - 1)),
    y: clamp(Math.floor(y), 0, Math.max(0, height - 1)),
  };
}

/** @type {(from: Point, to: Point) => Point} `to` on the nearest of the eight main directions */
export function straightened(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const eighths = Math.round(Math.atan2(dy, dx) / EIGHTH);
  if (eighths % 2 !== 0) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    return { x: from.x + Math.sign(dx) * side, y: from.y + Math.sign(dy) * side };
  }
  return eighths % 4 === 0 ? { x: to.x, y: from.y } : { x: from.x, y: to.y };
}

/**
 * Between the middles of two pixels; `angle` in degrees, 0 to the right, 90 upwards.
 * @type {(from: Point, to: Point) => {dx: number, dy: number, length: number, angle: number}}
 */
export function span(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const angle = dx === 0 && dy === 0 ? 0 : (Math.atan2(-dy, dx) * 180) / Math.PI;
  return { dx, dy, length: Math.hypot(dx, dy), angle: angle === -180 ? 180 : angle };
}

/** @type {(length: number, mm: number) => number | null} millimetres for a pixel; null: not from these */
export function calibrated(length, mm) {
  const found = mm / length;
  return length > 0 && mm > 0 && Number.isFinite(found) && found > 0 ? found : null;
}

/** What a person typed as millimetres; null: no length. @param {string} text @returns {number | null} */
export function typedLength(text) {
  const found = text.trim().replace(",", ".").replace(/\s*mm$/i, "");
  if (!/^\d*\.?\d+$|^\d+\.$/.test(found)) return null;
  const mm = Number(found);
  return mm > 0 && Number.isFinite(mm) ? mm : null;
}

/** @type {(from: Point, to: Point, mmPerPixel: number | null) => Said} */
export function rulerText(from, to, mmPerPixel) {
  const { dx, dy, length, angle } = span(from, to);
  const values = { length: fixed(length, 1), dx: fixed(dx), dy: fixed(dy), angle: fixed(angle, 1) };
  if (mmPerPixel === null) return { key: "tools.ruler.px", values };
  return { key: "tools.ruler.mm", values: { ...values, mm: significant(length * mmPerPixel) } };
}
