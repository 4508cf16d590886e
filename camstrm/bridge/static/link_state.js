/** What the header says about the way from the cameras to this page. */

import { clockTime } from "./camera_state.js";

/** No bundle for this time: the server has no grabber, or a dead one. */
const NO_INPUT_MS = 2000;
/** A problem that is over stays readable for this time. */
const PROBLEM_MS = 10_000;

/**
 * `connection`: a Connection; `hello`, `status`: the last messages of this connection or
 * null; `openedAtMs`, `bundleAtMs`: when it began and when the last bundle came.
 * Gives { mood: "live" | "wait" | "bad", text, problem }.
 */
export function describeLink({ connection, hello, status, openedAtMs, bundleAtMs, nowMs }) {
  const { phase, problem, retryAtMs } = connection;
  if (phase === "waiting") {
    const seconds = Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000));
    return { mood: "bad", text: `server lost, reconnecting in ${seconds} s`, problem };
  }
  if (phase === "connecting" || hello === null) {
    return { mood: "wait", text: "connecting…", problem };
  }
  const recent = nowMs - openedAtMs < PROBLEM_MS ? problem : "";
  if (status?.input === "none") {
    const since = status.input_since_us;
    const text = since > 0 ? `no frame input since ${clockTime(since)}` : "no frame input";
    return { mood: "bad", text, problem: recent };
  }
  if (nowMs - bundleAtMs > NO_INPUT_MS) {
    return { mood: "bad", text: "no frame input", problem: recent };
  }
  return { mood: "live", text: "live", problem: recent };
}
