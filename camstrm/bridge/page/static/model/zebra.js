/** Which pixels of the shown picture are clipped, as stripes over it. */

import { percent } from "./numbers.js";

/** Of 255. A JPEG does not keep 255 beside darker pixels. */
const THRESHOLD = 250;
/** Pixels of a stripe and of the gap beside it. */
const STRIPE = 4;
const COLOUR = [255, 0, 96];

/**
 * Write stripes into `out` where a colour of `rgba` has at least the threshold, and nothing where none
 * has. Gives how many pixels that are. `phase` moves the stripes, so that they are not taken for part of
 * the picture.
 * @type {(rgba: Uint8ClampedArray, width: number, out: Uint8ClampedArray, phase?: number) => number}
 */
export function paintStripes(rgba, width, out, phase = 0) {
  let count = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const clipped =
      rgba[at] >= THRESHOLD || rgba[at + 1] >= THRESHOLD || rgba[at + 2] >= THRESHOLD;
    let alpha = 0;
    if (clipped) {
      count += 1;
      const pixel = at / 4;
      const diagonal = (pixel % width) + Math.floor(pixel / width) + phase;
      if (Math.floor(diagonal / STRIPE) % 2 === 0) alpha = 255;
    }
    [out[at], out[at + 1], out[at + 2]] = COLOUR;
    out[at + 3] = alpha;
  }
  return count;
}

/**
 * `shown`: percent of the shown pixels; `raw`: of the raw bits, null while they are not known. Sensors
 * of more bits may be clipped where the JPEG is not, and the other way round.
 * @type {(shown: number, raw: number | null, bits: number) => Said}
 */
export function zebraText(shown, raw, bits) {
  if (raw === null) return { key: "tools.zebra.shown", values: { shown: percent(shown) } };
  return { key: "tools.zebra.raw", values: { shown: percent(shown), raw: percent(raw), bits } };
}
