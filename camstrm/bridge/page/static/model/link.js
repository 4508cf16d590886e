/** What is wrong, in one line: of the way to the server, and of each camera. */

import { clockTime, delivers, expectsPictures, stateName } from "../camera_state.js";
import { say } from "../texts.js";
import { CameraState } from "../wire.js";

/** No bundle for this time: the server has no grabber, or a dead one. */
const NO_INPUT_MS = 2000;
/** A problem that is over stays readable for this time. */
const PROBLEM_MS = 10_000;
/** So many cameras are named in the strip; of more only the number is said. */
const MOST_NAMED = 3;

/** @type {(known: Known) => Link} */
export function describeLink(known) {
  const { connection, hello, status, openedAtMs, bundleAtMs, nowMs } = known;
  const { phase, problem, retryAtMs } = connection;
  const none = { problem, linked: false, faults: "", sum: "", live: 0, cameras: known.cameras.length };
  if (phase === "waiting") {
    const seconds = Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000));
    return { ...none, mood: "bad", text: say("strip.server_lost", { seconds }) };
  }
  if (phase === "connecting" || hello === null) {
    return { ...none, mood: "wait", text: say("strip.connecting") };
  }
  const recent = nowMs - openedAtMs < PROBLEM_MS ? problem : "";
  const noInput = { ...none, mood: /** @type {const} */ ("bad"), problem: recent };
  if (status?.input === "none") {
    const since = status.input_since_us;
    const time = since > 0 ? clockTime(since) : "";
    noInput.problem ||= say("shell.empty_no_grabber");
    return { ...noInput, text: time ? say("strip.no_input_since", { time }) : say("strip.no_input") };
  }
  if (nowMs - bundleAtMs > NO_INPUT_MS) return { ...noInput, text: say("strip.no_input") };
  const cameras = describeCameras(known.cameras);
  return { ...cameras, problem: recent || describeReduction(status), linked: true };
}

/** @param {Status | null} status says it in words if the server sends this page smaller pictures */
function describeReduction(status) {
  const side = status?.viewer?.reduced ?? 0;
  return side > 0 ? say("strip.reduced", { side }) : "";
}

/** @type {(cameras: KnownCamera[]) => Summary} green is for all cameras that do what they should */
function describeCameras(cameras) {
  const count = cameras.length;
  const faults = cameras.filter((camera) => !delivers(camera.state) || camera.stuck);
  const live = count - faults.length;
  if (count === 0) return { mood: "wait", text: say("strip.no_cameras"), faults: "", sum: "", live, cameras: 0 };
  const sum = say("strip.live", { live, count });
  const mood = live === count ? "live" : live === 0 ? "bad" : "part";
  const named = describeFaults(faults).join(" · ");
  const text = [named, sum].filter(Boolean).join(" · ");
  return { mood, text, faults: named, sum, live, cameras: count };
}

/** @type {(faults: KnownCamera[]) => string[]} */
function describeFaults(faults) {
  const named = faults.slice(0, faults.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED);
  const said = named.map(describeFault);
  const count = faults.length - named.length;
  return count > 0 ? [...said, say("strip.more_faults", { count })] : said;
}

/** @type {(camera: KnownCamera) => string} */
function describeFault({ name, state, sinceUs, stuck, pictureUs }) {
  if (stuck && expectsPictures(state)) {
    const time = pictureUs > 0 ? clockTime(pictureUs) : "";
    return time ? say("strip.no_frames_since", { name, time }) : say("strip.no_frames", { name });
  }
  const time = sinceUs > 0 ? clockTime(sinceUs) : "";
  const values = { name, time, state: stateName(state) };
  return say(time ? "strip.state_since" : "strip.state", values);
}

/** What stands in the window's title: it can be read in a row of tabs. @param {Link} link */
export function describeTitle({ linked, live, cameras }) {
  if (linked && cameras > 0) return say("strip.title", { live, count: cameras });
  return cameras > 0 ? say("strip.title", { live: 0, count: cameras }) : say("strip.title_plain");
}

/**
 * What has changed of the cameras that deliver since the last look: names of those that were lost
 * and that are back. A camera is as it was until it is known to be otherwise.
 */
export class Changes {
  /** @type {Map<string, boolean>} whether a camera delivers, by name, as of the last look */
  #before = new Map();

  /** @type {(cameras: KnownCamera[]) => {lost: string[], back: string[]}} */
  look(cameras) {
    // One that opens for the first time has lost nothing, and is not back then.
    const known = cameras.filter(
      ({ name, state }) => state !== CameraState.OPENING || this.#before.has(name),
    );
    const now = new Map(known.map(({ name, state, stuck }) => [name, delivers(state) && !stuck]));
    const changed = [...now].filter(([name, fine]) => this.#before.has(name) && this.#before.get(name) !== fine);
    this.#before = now;
    const names = (/** @type {boolean} */ wanted) =>
      changed.filter(([, fine]) => fine === wanted).map(([name]) => name);
    return { lost: names(false), back: names(true) };
  }
}
