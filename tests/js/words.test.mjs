import assert from "node:assert/strict";
import { test } from "node:test";

import * as states from "../../camstrm/bridge/page/static/camera_state.js";
import { formatAge, formatRate, formatSize } from "../../camstrm/bridge/page/static/figures.js";
import { Changes, describeLink, describeTitle } from "../../camstrm/bridge/page/static/model/link.js";
import { UsualInterval } from "../../camstrm/bridge/page/static/usual_interval.js";
import { CameraState } from "../../camstrm/bridge/page/static/wire.js";
import { speak } from "./speak.mjs";
import { vectors } from "./viewing.mjs";

speak();

test("every state has a name, a later one is shown by its number", () => {
  const names = Object.values(CameraState).map(states.stateName);
  assert.deepEqual(names, [
    ...["closed", "opening", "streaming", "stalled", "lost", "waiting to try again", "unsupported format"],
    ...["waiting for a trigger", "reconfiguring"],
  ]);
  assert.equal(states.stateName(99), "unknown (99)");
  assert.equal(states.stateClass(99), "unknown");
  assert.equal(states.stateClass(CameraState.WAITING_FOR_TRIGGER), "waiting-for-a-trigger");
});

test("a picture is old after 1.25 s and three of its usual intervals", () => {
  const { STREAMING, WAITING_FOR_TRIGGER, LOST } = CameraState;
  const old = (ageMs, intervalMs) => states.isOld(STREAMING, ageMs, intervalMs);
  assert.deepEqual([old(1250, 0), old(1251, 0), old(1251, 33)], [false, true, true]);
  assert.deepEqual([old(5900, 2000), old(6001, 2000)], [false, true], "0.5 fps");
  assert.equal(old(null, 0), true);
  assert.equal(states.isOld(WAITING_FOR_TRIGGER, 3_600_000, 100), false);
  assert.equal(states.isOld(LOST, 1, 100), true);
});

test("the usual interval is not that of a pause", () => {
  const usual = new UsualInterval();
  for (const ms of [0, 1000, 2000, 3000, 4000]) usual.add(ms);
  assert.equal(usual.ms, 0, "not known yet");
  for (const ms of [5000, 25_000, 25_010, 26_000]) usual.add(ms);
  assert.equal(usual.ms, 1000);
});

test("slow rates have two digits", () => {
  assert.deepEqual([0, 0.25, 0.5, 0.96, 400.06].map(formatRate), ["0.0", "0.25", "0.50", "1.0", "400.1"]);
});

test("since when a camera is lost", () => {
  const noon = new Date(2024, 5, 1, 12, 3, 4).getTime() * 1000;
  assert.equal(states.stateSince(CameraState.LOST, noon), "lost since 12:03:04");
  assert.equal(states.stateSince(CameraState.CLOSED, 0), "closed");
});

test("ages keep a readable unit", () => {
  const ages = [null, 0, 33.9, 999.9, 1000, 59_990, 65_000, 3_900_000].map(formatAge);
  const wanted = ["–", "0 ms", "33 ms", "999 ms", "1.0 s", "59.9 s", "1 min 05 s", "1 h 05 min"];
  assert.deepEqual(ages, wanted);
});

test("sizes", () => {
  assert.equal(formatSize(2656, 2304), "2656×2304");
  assert.equal(formatSize(0, 0), "–");
});

const VECTORS = vectors("link");
const LINK = {
  connection: { phase: "open", problem: "", retryAtMs: 0 },
  hello: {},
  status: { input: "ok", input_since_us: 0 },
  openedAtMs: 0,
  bundleAtMs: 19_000,
  nowMs: 20_000,
  cameras: [camera("left", CameraState.STREAMING), camera("top", CameraState.WAITING_FOR_TRIGGER)],
};

function camera(name, state, more = {}) {
  return { name, state, sinceUs: 0, stuck: false, pictureUs: 0, ...more };
}

test("the header says how the stream is", () => {
  assert.equal(describeLink({ ...LINK, hello: null }).text, "connecting…");
  assert.equal(describeLink({ ...LINK, bundleAtMs: 17_000 }).text, "no frame input");
  const noInput = { ...LINK, status: { input: "none", input_since_us: 0 } };
  const { mood, text, problem, linked } = describeLink(noInput);
  assert.deepEqual([mood, text, linked], ["bad", "no frame input", false]);
  assert.match(problem, /start `camstrm grab`/);
});

const NOON_US = new Date(2024, 5, 1, 12, 3, 4).getTime() * 1000;

test("the strip is green while all cameras are live, and names those that are not", () => {
  for (const { cameras, mood, text } of VECTORS.strips) {
    const known = cameras.map(([name, state, timed, stuck]) =>
      camera(name, state, { sinceUs: timed ? NOON_US : 0, stuck, pictureUs: NOON_US }));
    const link = describeLink({ ...LINK, cameras: known });
    assert.deepEqual([link.mood, link.text, link.linked], [mood, text.replaceAll("TIME", "12:03:04"), true]);
  }
  assert.equal(describeLink({ ...LINK, cameras: [camera("a", CameraState.LOST)] }).text, "a: lost · 0 of 1 live");
});

test("the title counts the cameras that deliver", () => {
  const title = (cameras, more = {}) => describeTitle(describeLink({ ...LINK, cameras, ...more }));
  assert.equal(title([camera("a", CameraState.LOST), ...LINK.cameras]), "(2/3) camstrm");
  assert.equal(title(LINK.cameras, { bundleAtMs: 0 }), "(0/2) camstrm");
  assert.equal(title([]), "camstrm");
});

test("each change of a camera is said once, and none before it is known", () => {
  const { OPENING, STREAMING, LOST } = CameraState;
  const stateOf = (fine) => (fine === null ? OPENING : fine ? STREAMING : LOST);
  for (const looks of VECTORS.changes) {
    const changes = new Changes();
    for (const { cameras, lost, back } of looks) {
      const known = Object.entries(cameras).map(([name, fine]) => camera(name, stateOf(fine)));
      assert.deepEqual(changes.look(known), { lost, back });
    }
  }
  const changes = new Changes();
  const stuck = [false, true].map((old) => changes.look([camera("a", STREAMING, { stuck: old })]));
  assert.deepEqual(stuck, [{ lost: [], back: [] }, { lost: ["a"], back: [] }]);
});

test("a lost server, and the seconds until the next attempt", () => {
  const connection = { phase: "waiting", problem: "bad magic", retryAtMs: 22_100 };
  const link = describeLink({ ...LINK, connection });
  assert.equal(link.text, "server lost, reconnecting in 3 s");
  assert.equal(link.problem, "bad magic");
});

test("a problem that is over is shown for a while", () => {
  const connection = { ...LINK.connection, problem: "bad magic" };
  assert.equal(describeLink({ ...LINK, connection, openedAtMs: 15_000 }).problem, "bad magic");
  assert.equal(describeLink({ ...LINK, connection }).problem, "");
});

test("smaller pictures on a slow link are said in words", () => {
  const status = { ...LINK.status, viewer: { reduced: 320 } };
  const link = describeLink({ ...LINK, status });
  assert.equal(link.problem, "slow link: smaller pictures are sent (320 pixels)");
  assert.equal(link.mood, "live");
  const noInput = { ...status, input: "none" };
  assert.doesNotMatch(describeLink({ ...LINK, status: noInput }).problem, /slow link/);
});
