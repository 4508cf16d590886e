/** Position and value of one pixel: from the raw bits, or from the JPEG that is shown. */

import { clamp, fixed } from "./numbers.js";

const CELL = 2;
/** As a mosaic has them; other colours keep the order in which they come. */
const ORDER = ["R", "Gr", "Gb", "B"];

/** @type {(point: Point, frame: Size) => Point | null} the pixel that is there; null: none is */
export function pixelAt({ x, y }, { width, height }) {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
  return { x: Math.floor(x), y: Math.floor(y) };
}

/**
 * What `measure` is asked for: one cell, no histogram.
 * @type {(pixel: Point, frame: Size) => {point: [number, number], region: Region, bins: number}}
 */
export function cellRequest({ x, y }, frame) {
  const [left, top] = [x - (x % CELL), y - (y % CELL)];
  const width = Math.min(CELL, frame.width - left);
  const height = Math.min(CELL, frame.height - top);
  return { point: [x, y], region: [left, top, width, height], bins: 0 };
}

/**
 * Which pixel of a picture shows a pixel of the sensor; `area`: what the picture shows of it.
 * @type {(pixel: Point, area: Rectangle, picture: Size) => Point | null} null: not in the picture
 */
export function pictureAt({ x, y }, area, picture) {
  const [across, down] = [(x + 0.5 - area.x) / area.width, (y + 0.5 - area.y) / area.height];
  if (!(across >= 0 && across < 1 && down >= 0 && down < 1)) return null;
  return {
    x: clamp(Math.floor(across * picture.width), 0, picture.width - 1),
    y: clamp(Math.floor(down * picture.height), 0, picture.height - 1),
  };
}

/** Values of the raw bits. @type {(pixel: Point, values: Record<string, number>, bits: number) => Said} */
export function rawText({ x, y }, values, bits) {
  return { key: "tools.pixel.raw", values: { x, y, values: listed(values, 2 ** bits - 1), bits } };
}

/**
 * Values of the JPEG; `frozen`: of one that stands still.
 * @type {(pixel: Point, rgb: [number, number, number], frozen: boolean) => Said}
 */
export function jpegText({ x, y }, [red, green, blue], frozen) {
  const grey = red === green && green === blue;
  /** @type {Record<string, number>} */
  const values = grey ? { grey: red } : { R: red, G: green, B: blue };
  const key = frozen ? "tools.pixel.frozen" : "tools.pixel.jpeg";
  return { key, values: { x, y, values: listed(values, 255) } };
}

/** Only the place. @type {(pixel: Point) => Said} */
export function placeText({ x, y }) {
  return { key: "tools.pixel.place", values: { x, y } };
}

/** @type {(values: Record<string, number>, largest: number) => string} */
function listed(values, largest) {
  const names = Object.keys(values);
  if (names.length === 1) {
    const value = values[names[0]];
    return `${value} (${fixed((100 * value) / largest, 1)} %)`;
  }
  const place = (/** @type {string} */ name) => ORDER.indexOf(name);
  const mosaic = names.some((name) => name === "Gr" || name === "Gb");
  if (mosaic) names.sort((a, b) => place(a) - place(b));
  return names.map((name) => `${name} ${values[name]}`).join(" · ");
}
