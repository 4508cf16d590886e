/** Events in words. */

import { clockTime } from "../camera_state.js";
import { has, say } from "../texts.js";

/** @param {LoggedEvent} event what happened, without time and camera */
export function eventText({ kind, person = "", feature = "", old = null, new: now = null, text = "" }) {
  const lease = kind !== "lease" ? "" : isNone(old) ? "_taken" : isNone(now) ? "_free" : "";
  const key = `events.${kind.replaceAll(" ", "_")}${lease}`;
  const values = { feature, old: valueText(old), new: valueText(now), person: person || "?" };
  const said = has(key) ? say(key, values) : kind;
  return [said, text].filter(Boolean).join(" · ");
}

/** @param {number} timeUs with the day if it is not today's */
export function eventTime(timeUs, nowMs = Date.now()) {
  const day = (/** @type {number} */ ms) => new Date(ms).toDateString();
  const time = clockTime(timeUs);
  if (day(timeUs / 1000) === day(nowMs)) return time;
  const { lang } = document.documentElement;
  const date = new Date(timeUs / 1000).toLocaleDateString(lang, { month: "short", day: "numeric" });
  return `${date} ${time}`;
}

/** @param {unknown} value */
function valueText(value) {
  return isNone(value) ? "–" : String(value);
}

/** @param {unknown} value no value, and of a lease: nobody holds it */
function isNone(value) {
  return value === null || value === undefined || value === "";
}
