/** Figures as both viewers write them: the same digits, rounded in the same way. */

/** @type {(value: number, digits?: number) => string} halves are rounded away from zero */
export function fixed(value, digits = 0) {
  const shift = 10 ** digits;
  const rounded = Math.floor(Math.abs(value) * shift + 0.5) / shift;
  const sign = value < 0 && rounded > 0 ? "-" : "";
  return sign + rounded.toFixed(digits);
}

/** @type {(value: number, digits?: number) => string} as many digits, none behind the point more than needed */
export function significant(value, digits = 3) {
  const size = Math.abs(value);
  const before = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  return fixed(value, Math.max(0, digits - before));
}

/**
 * A part in percent. Something is never written as nothing, and not all never as all.
 * @type {(percent: number) => string}
 */
export function percent(percent) {
  if (percent <= 0) return "0 %";
  if (percent >= 100) return "100 %";
  if (percent < 0.01) return "< 0.01 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${fixed(percent, percent < 10 ? 2 : 1)} %`;
}

/** @type {(value: number, low: number, high: number) => number} */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
