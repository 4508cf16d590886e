/** Camera states in words, and what follows from them. */

import { say } from "./texts.js";
import { CameraState } from "./wire.js";

/** Names for styles; the texts have them with underscores. @type {Record<number, string>} */
const NAMES = {
  [CameraState.CLOSED]: "closed",
  [CameraState.OPENING]: "opening",
  [CameraState.STREAMING]: "streaming",
  [CameraState.STALLED]: "stalled",
  [CameraState.LOST]: "lost",
  [CameraState.BACKING_OFF]: "backing-off",
  [CameraState.UNSUPPORTED]: "unsupported-format",
  [CameraState.WAITING_FOR_TRIGGER]: "waiting-for-a-trigger",
  [CameraState.RECONFIGURING]: "reconfiguring",
};

/** States in which no new picture is to be expected: the one on the screen is old. */
const WITHOUT_PICTURES = /** @type {Set<number>} */ (new Set([
  CameraState.CLOSED,
  CameraState.OPENING,
  CameraState.STALLED,
  CameraState.LOST,
  CameraState.BACKING_OFF,
  CameraState.UNSUPPORTED,
  CameraState.RECONFIGURING,
]));

/** A picture is never called old before this age, at which nobody takes it for a live one. */
const LEAST_OLD_MS = 1250;
/** So many of its usual intervals must have gone by, too. */
const OLD_INTERVALS = 3;

/** @param {number} state one of a later server is shown by its number */
export function stateName(state) {
  const name = NAMES[state];
  return name === undefined
    ? say("states.unknown", { number: state })
    : say(`states.${name.replaceAll("-", "_")}`);
}

/** @param {number} state */
export function stateClass(state) {
  return NAMES[state] ?? "unknown";
}

/** @param {number} state */
export function expectsPictures(state) {
  return !WITHOUT_PICTURES.has(state);
}

/** @param {number} state true: the camera streams, or would if a trigger came */
export function delivers(state) {
  return state === CameraState.STREAMING || state === CameraState.WAITING_FOR_TRIGGER;
}

/**
 * Whether a picture does not show the camera's present any more; a null age and an interval
 * (usual time between two pictures) of 0 are not known.
 * @type {(state: number, ageMs: number | null, intervalMs: number) => boolean}
 */
export function isOld(state, ageMs, intervalMs) {
  if (!expectsPictures(state) || ageMs === null) return true;
  if (state === CameraState.WAITING_FOR_TRIGGER) return false;
  return ageMs > Math.max(LEAST_OLD_MS, OLD_INTERVALS * intervalMs);
}

/** @type {(state: number, sinceUs: number) => string} since microseconds of UTC, 0: not known */
export function stateSince(state, sinceUs) {
  const name = stateName(state);
  return sinceUs > 0 ? say("states.since", { state: name, time: clockTime(sinceUs) }) : name;
}

/** @param {number} timeUs microseconds of UTC; shown in the viewer's time zone */
export function clockTime(timeUs) {
  const time = new Date(timeUs / 1000);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
