/** What the header says about the way from the cameras to this page. */

import { clockTime, delivers } from "./camera_state.js";

/** No bundle for this time: the server has no grabber, or a dead one. */
const NO_INPUT_MS = 2000;
/** A problem that is over stays readable for this time. */
const PROBLEM_MS = 10_000;

/** @type {(known: Known) => Link} */
export function describeLink(known) {
  const { connection, hello, status, openedAtMs, bundleAtMs, nowMs, states } = known;
  const { phase, problem, retryAtMs } = connection;
  if (phase === "waiting") {
    const seconds = Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000));
    const text = `server lost, reconnecting in ${seconds} s`;
    return { mood: "bad", text, problem, linked: false };
  }
  if (phase === "connecting" || hello === null) {
    return { mood: "wait", text: "connecting…", problem, linked: false };
  }
  const recent = nowMs - openedAtMs < PROBLEM_MS ? problem : "";
  if (status?.input === "none") {
    const since = status.input_since_us;
    const text = since > 0 ? `no frame input since ${clockTime(since)}` : "no frame input";
    return { mood: "bad", text, problem: recent, linked: false };
  }
  if (nowMs - bundleAtMs > NO_INPUT_MS) {
    return { mood: "bad", text: "no frame input", problem: recent, linked: false };
  }
  return { ...describeCameras(states), problem: recent || describeReduction(status), linked: true };
}

/** @param {Status | null} status says it in words if the server sends this page smaller pictures */
function describeReduction(status) {
  const side = status?.viewer?.reduced ?? 0;
  return side > 0 ? `slow link: smaller pictures are sent (${side} pixels)` : "";
}

/** @type {(states: number[]) => Summary} green is for all cameras that do what they should */
function describeCameras(states) {
  const healthy = states.filter(delivers).length;
  const cameras = states.length === 1 ? "camera" : "cameras";
  if (states.length === 0) return { mood: "wait", text: "the server has no cameras" };
  if (healthy === 0) return { mood: "bad", text: `0 of ${states.length} ${cameras} live` };
  const mood = healthy === states.length ? "live" : "part";
  return { mood, text: `${healthy} of ${states.length} ${cameras} live` };
}
