/** A measurement as a person reads it: bars, figures, how much is clipped, how old it is. */

import { fixed, percent } from "./numbers.js";

/** From so many percent on, clipping is called much: it changes what a mean says. */
const MUCH_PERCENT = 1;

/**
 * Bars of 0 to 1 for each colour. The axis ends at the largest bin that is neither the first nor the
 * last one: a black background or a clipped light does not press all others down.
 * @type {(channels: ChannelMeasurement[], log: boolean) => {top: number, series: {name: string, heights: number[]}[]}}
 */
export function bars(channels, log) {
  const inner = channels.flatMap(({ histogram = [] }) => histogram.slice(1, -1));
  const all = channels.flatMap(({ histogram = [] }) => histogram);
  const most = (/** @type {number[]} */ counts) => counts.reduce((a, b) => Math.max(a, b), 0);
  const top = most(inner) || most(all);
  const height = (/** @type {number} */ count) => {
    if (top === 0) return 0;
    return Math.min(1, log ? Math.log1p(count) / Math.log1p(top) : count / top);
  };
  return {
    top,
    series: channels.map(({ name, histogram = [] }) => ({ name, heights: histogram.map(height) })),
  };
}

/**
 * The figures of each colour: values of the raw bits, and parts of the largest one.
 * @type {(measurement: Measurement) => ChannelFigures[]}
 */
export function figures({ channels, bits }) {
  const largest = 2 ** bits - 1;
  const both = (/** @type {number} */ value, /** @type {number} */ digits) => ({
    raw: fixed(value, digits),
    percent: `${fixed((100 * value) / largest, 1)} %`,
  });
  return channels.map((channel) => ({
    name: channel.name,
    mean: both(channel.mean, 1),
    minimum: both(channel.minimum, 0),
    maximum: both(channel.maximum, 0),
    deviation: both(channel.deviation, 1),
    clipped: percent(channel.clipped),
    black: percent(channel.black),
  }));
}

/**
 * How much is at the largest value, of the colour that has most of it.
 * @type {(measurement: Measurement) => {level: "none" | "little" | "much", said: Said}}
 */
export function clipping({ channels }) {
  const worst = channels.reduce((a, b) => (b.clipped > a.clipped ? b : a), { name: "", clipped: 0 });
  if (worst.clipped <= 0) return { level: "none", said: { key: "measure.clipped.none", values: {} } };
  const values = { percent: percent(worst.clipped), name: worst.name };
  const key = worst.name === "grey" ? "measure.clipped.grey" : "measure.clipped.colour";
  return { level: worst.clipped >= MUCH_PERCENT ? "much" : "little", said: { key, values } };
}

/** How old the frame is that was measured. @type {(measurement: Measurement, nowUs: number) => Said} */
export function age({ capture_time_us: capturedUs = 0 }, nowUs) {
  if (capturedUs === 0) return { key: "measure.age.unknown", values: {} };
  const ms = Math.max(0, (nowUs - capturedUs) / 1000);
  if (ms < 1000) return { key: "measure.age.ms", values: { ms: fixed(ms) } };
  return { key: "measure.age.s", values: { seconds: fixed(ms / 1000, 1) } };
}

/** What was looked at. @type {(measurement: Measurement) => Said} */
export function extent({ region: [x, y, width, height], step, bits, pixel_format }) {
  const values = { x, y, width, height, bits, format: pixel_format };
  if (step <= 1) return { key: "measure.extent", values };
  return { key: "measure.extent.sampled", values: { ...values, step } };
}
