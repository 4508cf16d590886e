import assert from "node:assert/strict";
import { test } from "node:test";

import * as states from "../../camstrm/bridge/page/static/camera_state.js";
import { formatAge, formatRate, formatSize } from "../../camstrm/bridge/page/static/figures.js";
import { Changes, describeLink, describeTitle } from "../../camstrm/bridge/page/static/model/link.js";
import { UsualInterval } from "../../camstrm/bridge/page/static/usual_interval.js";
import { CameraState } from "../../camstrm/bridge/page/static/wire.js";
import { speak } from "./speak.mjs";

speak();

test("every state has a name, a later one is shown by its number", () => {
  const names = Object.values(CameraState).map(states.stateName);
  assert.deepEqual(names, [
    ...["closed", "opening", "streaming", "stalled", "lost", "trying again soon", "unsupported format"],
    ...["waiting for a trigger", "reconfiguring"],
  ]);
  assert.equal(states.stateName(99), "unknown (99)");
  assert.equal(states.stateClass(99), "unknown");
  assert.equal(states.stateClass(CameraState.WAITING_FOR_TRIGGER), "waiting-for-a-trigger");
});

test("a picture is old after 1.5 s and three of its usual intervals", () => {
  const { STREAMING, WAITING_FOR_TRIGGER, LOST } = CameraState;
  const old = (ageMs, intervalMs) => states.isOld(STREAMING, ageMs, intervalMs);
  assert.deepEqual([old(1500, 0), old(1501, 0), old(1501, 33)], [false, true, true]);
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
  const { STREAMING, LOST, STALLED } = CameraState;
  const said = (...cameras) => {
    const { mood, text, linked } = describeLink({ ...LINK, cameras });
    assert.equal(linked, true);
    return [mood, text];
  };
  assert.deepEqual(said(...LINK.cameras), ["live", "2 of 2 live"]);
  const lost = camera("right", LOST, { sinceUs: NOON_US });
  const fine = camera("left", STREAMING);
  assert.deepEqual(said(fine, lost), ["part", "right: lost since 12:03:04 · 1 of 2 live"]);
  const stuck = camera("top", STREAMING, { stuck: true, pictureUs: NOON_US });
  assert.deepEqual(said(fine, stuck), ["part", "top: no frames since 12:03:04 · 1 of 2 live"]);
  assert.deepEqual(said(camera("a", STALLED)), ["bad", "a: stalled · 0 of 1 live"]);
  const many = ["a", "b", "c", "d"].map((name) => camera(name, LOST));
  assert.deepEqual(said(...many, fine), ["part", "a: lost · b: lost · 2 more · 1 of 5 live"]);
  assert.deepEqual(said(), ["wait", "the server has no cameras"]);
});

test("the title counts the cameras that deliver", () => {
  const title = (cameras, more = {}) => describeTitle(describeLink({ ...LINK, cameras, ...more }));
  assert.equal(title([camera("a", CameraState.LOST), ...LINK.cameras]), "(2/3) camstrm");
  assert.equal(title(LINK.cameras, { bundleAtMs: 0 }), "(0/2) camstrm");
  assert.equal(title([]), "camstrm");
});

test("each change of a camera is said once, and none before it is known", () => {
  const changes = new Changes();
  const { OPENING, STREAMING, LOST } = CameraState;
  assert.deepEqual(changes.look([camera("a", OPENING)]), { lost: [], back: [] });
  const look = (state, stuck = false) => changes.look([camera("a", state, { stuck })]);
  assert.deepEqual(look(LOST), { lost: [], back: [] });
  assert.deepEqual(look(STREAMING), { lost: [], back: ["a"] });
  assert.deepEqual(look(STREAMING), { lost: [], back: [] });
  assert.deepEqual(look(STREAMING, true), { lost: ["a"], back: [] });
  assert.deepEqual(look(LOST), { lost: [], back: [] });
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
