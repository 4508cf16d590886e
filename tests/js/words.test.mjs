import assert from "node:assert/strict";
import { test } from "node:test";

import * as states from "../../camstrm/bridge/page/static/camera_state.js";
import { formatAge, formatRate, formatSize } from "../../camstrm/bridge/page/static/figures.js";
import { chooseColumns } from "../../camstrm/bridge/page/static/grid_layout.js";
import { describeLink } from "../../camstrm/bridge/page/static/link_state.js";
import { UsualInterval } from "../../camstrm/bridge/page/static/usual_interval.js";
import { CameraState } from "../../camstrm/bridge/page/static/wire.js";

test("every state has a name, a later one is shown by its number", () => {
  const names = Object.values(CameraState).map(states.stateName);
  assert.deepEqual(names, [
    ...["closed", "opening", "streaming", "stalled", "lost", "backing off", "unsupported format"],
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

test("three cameras stand in one row on a wide screen, in one column on a phone", () => {
  assert.equal(chooseColumns(3, 1600, 848), 3);
  assert.equal(chooseColumns(3, 390, 782), 1);
  assert.equal(chooseColumns(4, 1600, 848), 2);
  assert.equal(chooseColumns(1, 1600, 848), 1);
  assert.equal(chooseColumns(0, 1600, 848), 1);
});

const LINK = {
  connection: { phase: "open", problem: "", retryAtMs: 0 },
  hello: {},
  status: { input: "ok", input_since_us: 0 },
  openedAtMs: 0,
  bundleAtMs: 19_000,
  nowMs: 20_000,
  states: [CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER],
};

test("the header says how the stream is", () => {
  assert.equal(describeLink({ ...LINK, hello: null }).text, "connecting…");
  assert.equal(describeLink({ ...LINK, bundleAtMs: 17_000 }).text, "no frame input");
  const noInput = { ...LINK, status: { input: "none", input_since_us: 0 } };
  const wanted = { mood: "bad", text: "no frame input", problem: "", linked: false };
  assert.deepEqual(describeLink(noInput), wanted);
});

test("the header is green while all cameras are live, and names how many are", () => {
  const { STREAMING, LOST, STALLED } = CameraState;
  const said = (...states) => {
    const { mood, text, linked } = describeLink({ ...LINK, states });
    assert.equal(linked, true);
    return [mood, text];
  };
  assert.deepEqual(said(...LINK.states), ["live", "2 of 2 cameras live"]);
  assert.deepEqual(said(STREAMING, LOST, STALLED), ["part", "1 of 3 cameras live"]);
  assert.deepEqual(said(LOST, STALLED), ["bad", "0 of 2 cameras live"]);
  assert.deepEqual(said(STREAMING), ["live", "1 of 1 camera live"]);
  assert.deepEqual(said(), ["wait", "the server has no cameras"]);
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
  assert.equal(describeLink({ ...LINK, status: noInput }).problem, "");
});
