/**
 * Numbers of features: the place of a slider, what is typed, what is shown. No DOM. The Qt viewer
 * has the same in value_scale.py; tests/vectors/viewing/value_scale.json holds both to it.
 */

/** A logarithmic slider that may reach 0 begins here, as a part of its maximum. */
const LEAST_PART = 1e-6;

/** A time that may become so many times longer is set by factors, whatever its XML says. */
const WIDE = 1000;

const TIMES = /^(Exposure|Trigger|Acquisition|Line|Strobe|Counter|Timer).*(Time|Delay|Duration|Debouncer)/;

/** Seconds in a unit as cameras and people write it. @type {Record<string, number>} */
const SECONDS = { us: 1e-6, usec: 1e-6, ms: 1e-3, msec: 1e-3, s: 1, sec: 1, ns: 1e-9 };

/** Rates, which from a size on are said with a prefix: 380 MBps. */
const RATES = ["Hz", "Bps", "B/s", "bps", "bit/s"];
const LARGE = 1e4;
/** @type {[number, string][]} */
const PREFIXES = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];

/** Numbers beyond are not exact in JavaScript. */
const EXACT = 2 ** 53;

/** Of a step on a logarithmic scale. */
const FACTOR = 1.05;
const LARGE_FACTOR = 1.5;

/** Significant digits of a number that is shown. */
const DIGITS = 6;

/** @param {string} unit "µs" with either mu becomes "us" */
function plain(unit) {
  return unit.replace(/[µμ]/g, "u").toLowerCase();
}

/** The unit as a person reads it. @param {string} unit of the XML */
export function unitText(unit) {
  return plain(unit) === "us" || plain(unit) === "usec" ? "µs" : unit;
}

/** How a slider and the arrow keys go through the values of a number. */
export class ValueScale {
  /**
   * A number without both limits has no slider: null.
   * @type {(info: FeatureInfo, state: FeatureState) => ValueScale | null}
   */
  static of(info, state) {
    const { minimum, maximum } = state;
    if (minimum === undefined || maximum === undefined || minimum === null || maximum === null) {
      return null;
    }
    if (!(maximum > minimum)) return null;
    return new ValueScale(info, state, minimum, maximum);
  }

  /**
   * @param {FeatureInfo} info
   * @param {FeatureState} state
   * @param {number} minimum
   * @param {number} maximum
   */
  constructor(info, state, minimum, maximum) {
    this.minimum = minimum;
    this.maximum = maximum;
    this.integer = info.type === "integer";
    const step = state.increment ?? 0;
    /** Step between two values from the minimum on, 0: any value. */
    this.increment = step > 0 ? step : this.integer ? 1 : 0;
    const said = info.representation ?? "";
    const wide = maximum > 0 && maximum / Math.max(minimum, maximum * LEAST_PART) >= WIDE;
    this.logarithmic =
      minimum >= 0 && (said === "Logarithmic" || (wide && TIMES.test(info.name)));
  }

  /** Where a logarithmic scale begins: its minimum, or the least that is above 0. */
  get #least() {
    return this.minimum > 0 ? this.minimum : this.increment || this.maximum * LEAST_PART;
  }

  /** @param {number} value becomes 0 (minimum) to 1 (maximum) */
  position(value) {
    if (value <= this.minimum) return 0;
    if (value >= this.maximum) return 1;
    if (!this.logarithmic) return (value - this.minimum) / (this.maximum - this.minimum);
    if (value <= this.#least) return 0;
    return Math.log(value / this.#least) / Math.log(this.maximum / this.#least);
  }

  /** @param {number} position of the slider becomes a value that is easily read */
  value(position) {
    if (position <= 0) return this.minimum;
    if (position >= 1) return this.maximum;
    const value = this.logarithmic
      ? this.#least * (this.maximum / this.#least) ** position
      : this.minimum + position * (this.maximum - this.minimum);
    return this.nearest(this.increment > 0 ? value : rounded(value, 3));
  }

  /** @param {number} value becomes the nearest that the camera allows */
  nearest(value) {
    const inside = Math.min(Math.max(value, this.minimum), this.maximum);
    if (this.increment === 0) return inside;
    const steps = Math.floor((inside - this.minimum) / this.increment + 0.5);
    const most = Math.floor((this.maximum - this.minimum) / this.increment + 1e-9);
    const found = this.minimum + Math.min(steps, most) * this.increment;
    return this.integer ? Math.round(found) : rounded(found, 12);
  }

  /**
   * The value after an arrow key, `large`: after a page key. By a factor on a logarithmic scale,
   * otherwise by a hundredth or tenth that is a round number.
   * @type {(value: number, direction: 1 | -1, large?: boolean) => number}
   */
  stepped(value, direction, large = false) {
    let next = 0;
    if (this.logarithmic) {
      const start = Math.max(value, this.#least);
      const factor = large ? LARGE_FACTOR : FACTOR;
      next = direction > 0 ? start * factor : start / factor;
      if (value < start) next = start;
      next = rounded(next, 3);
      if (direction < 0 && value <= this.#least) next = this.minimum;
    } else {
      const step = roundStep((this.maximum - this.minimum) / (large ? 10 : 100));
      next = rounded(value + direction * step, 12);
    }
    next = this.nearest(next);
    const least = this.nearest(value + direction * this.increment);
    return direction > 0 ? Math.max(next, least) : Math.min(next, least);
  }
}

/** The largest 1, 2 or 5 times a power of ten that is not above `most`. @param {number} most */
function roundStep(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const part = most / power;
  return rounded((part >= 5 ? 5 : part >= 2 ? 2 : 1) * power, 6);
}

/**
 * What somebody typed for a number: `1500`, `1,5 ms`, `0x1F`. Ends with the value in the feature's
 * unit, or with the key of a text that says what is wrong.
 * @type {(text: string, info: FeatureInfo, state?: FeatureState) => TypedNumber}
 */
export function parseNumber(text, info, state) {
  const typed = /^\s*([-+]?)\s*(0x[0-9a-f]+|[\d.,' ]*(?:e[-+]?\d+)?)\s*([a-zµμ%°/]*)\s*$/i.exec(text);
  if (typed === null || !/\d/.test(typed[2])) return { problem: "setup.number.not_one" };
  const [, sign, digits, unit] = typed;
  const integer = info.type === "integer";
  const number = digits.startsWith("0x") || digits.startsWith("0X") ? Number(digits) : decimal(digits, integer);
  if (number === null) return { problem: "setup.number.ambiguous" };
  if (!Number.isFinite(number)) return { problem: "setup.number.not_one" };
  const factor = unitFactor(unit, info.unit ?? "");
  if (factor === null) return { problem: "setup.number.unit", values: { unit, wanted: unitText(info.unit ?? "") } };
  let value = (sign === "-" ? -1 : 1) * number;
  if (factor !== 1) value = rounded(value * factor, 12);
  if (integer && !Number.isInteger(value)) return { problem: "setup.number.whole" };
  if (integer && Math.abs(value) > EXACT) return { problem: "setup.number.too_large" };
  const { minimum, maximum } = state ?? {};
  if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)) {
    const limits = { minimum: formatNumber(minimum ?? 0, info), maximum: formatNumber(maximum ?? 0, info) };
    return { value, problem: "setup.number.outside", values: limits };
  }
  return { value };
}

/**
 * Null where a separator may be one of thousands or a decimal point, NaN for no number.
 * @type {(text: string, integer: boolean) => number | null}
 */
function decimal(text, integer) {
  const tight = text.replace(/[' ]/g, "");
  const marks = tight.match(/[.,]/g) ?? [];
  const last = Math.max(tight.lastIndexOf("."), tight.lastIndexOf(","));
  if (marks.length === 0) return Number(tight);
  const mark = tight[last];
  const groups = /^\d{1,3}([.,]\d{3})+$/.test(tight) && new Set(marks).size === 1;
  if (groups && (marks.length > 1 || integer)) return Number(tight.replace(/[.,]/g, ""));
  if (groups && mark === ",") return null;
  if (marks.filter((other) => other === mark).length > 1) return NaN;
  const whole = tight.slice(0, last);
  if (marks.length > 1 && !/^\d{1,3}([.,]\d{3})+$/.test(whole)) return NaN;
  return Number(`${whole.replace(/[.,]/g, "")}.${tight.slice(last + 1)}`);
}

/** Null: one is no time, or another thing. @type {(typed: string, unit: string) => number | null} */
function unitFactor(typed, unit) {
  if (typed === "" || plain(typed) === plain(unit)) return 1;
  const [from, to] = [SECONDS[plain(typed)], SECONDS[plain(unit)]];
  return from === undefined || to === undefined ? null : from / to;
}

/** A number without its unit. @type {(value: number, info: FeatureInfo) => string} */
export function formatNumber(value, info) {
  if (info.type === "integer" || Number.isInteger(value)) {
    const hexadecimal = info.representation === "HexNumber" && value >= 0;
    return hexadecimal ? `0x${value.toString(16).toUpperCase()}` : fixed(value, 0);
  }
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const text = fixed(value, Math.min(Math.max(DIGITS - 1 - size, 0), 12));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * A value as a sentence says it: times and rates in the unit that is easily read.
 * @type {(value: FeatureValue, info: FeatureInfo) => string}
 */
export function formatValue(value, info) {
  if (typeof value !== "number") return String(value);
  const unit = info.unit ?? "";
  const seconds = SECONDS[plain(unit)];
  if (RATES.includes(unit) && Math.abs(value) >= LARGE) {
    const [part, prefix] = PREFIXES.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
    const figure = rounded(value / part, DIGITS);
    return `${formatNumber(figure, { name: "", type: "float" })} ${prefix}${unit}`;
  }
  if (seconds === undefined || value === 0) {
    return unit === "" ? formatNumber(value, info) : `${formatNumber(value, info)} ${unitText(unit)}`;
  }
  const time = Math.abs(value * seconds);
  const shown = time < 0.9999995e-3 ? "us" : time < 0.9999995 ? "ms" : "s";
  const figure = rounded((value * seconds) / SECONDS[shown], DIGITS);
  return `${formatNumber(figure, { name: "", type: "float" })} ${unitText(shown)}`;
}

/** @type {(value: number, digits: number) => number} */
function rounded(value, digits) {
  return Number(value.toPrecision(digits));
}

/** @type {(value: number, digits: number) => string} */
function fixed(value, digits) {
  return Math.abs(value) < 1e21 ? value.toFixed(digits) : String(value);
}
