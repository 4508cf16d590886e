import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLog, isBack, isFault } from "../../camstrm/bridge/page/static/model/event_log.js";
import { readLayouts, withLayout } from "../../camstrm/bridge/page/static/model/layouts.js";
import { eventText } from "../../camstrm/bridge/page/static/panels/event_text.js";
import { speak } from "./speak.mjs";

const event = (id, kind, more = {}) => ({ id, time_us: id * 1e6, kind, ...more });
const ids = (events) => events.map(({ id }) => id);

test("events are kept once, newest first, and so many as the server keeps", () => {
  const log = new EventLog();
  assert.equal(log.add({ events: [event(1, "lost"), event(2, "back")], last: 2 }), true);
  assert.equal(log.add({ events: [event(2, "back")], last: 2 }), false);
  assert.deepEqual([ids(log.events), log.last], [[2, 1], 2]);
  log.add({ events: Array.from({ length: 2500 }, (_, at) => event(10 + at, "lost")), last: 2509 });
  assert.equal(log.events.length, 2000);
  assert.equal(log.events[0].id, 2509);
});

test("what the page saw itself is among them", () => {
  const log = new EventLog();
  log.add({ events: [event(5, "lost"), event(9, "back")], last: 9 });
  log.note("server lost", 7e6, "");
  assert.deepEqual(log.events.map(({ kind }) => kind), ["back", "server lost", "lost"]);
  assert.equal(log.last, 9);
  log.add({ last: 3 });
  assert.equal(log.last, 3, "a server that was started again says where to go on");
});

test("filters go by kind and by words", () => {
  const log = new EventLog();
  log.add({
    events: [
      event(1, "lost", { camera: "right" }),
      event(2, "changed", { camera: "left", feature: "Gain" }),
      event(3, "grabber back"),
    ],
  });
  const read = ({ camera = "", kind, feature = "" }) => `${camera} ${kind} ${feature}`;
  assert.deepEqual(ids(log.chosen("", "", read)), [3, 2, 1]);
  assert.deepEqual(ids(log.chosen("faults", "", read)), [3, 1]);
  assert.deepEqual(ids(log.chosen("changes", "", read)), [2]);
  assert.deepEqual(ids(log.chosen("", "gain LEFT", read)), [2]);
  assert.deepEqual(ids(log.chosen("faults", "gain", read)), []);
  assert.deepEqual([isFault("grabber lost"), isFault("back"), isBack("grabber back")], [true, false, true]);
});

test("events in words; what is not known keeps its word, reasons stay as they come", () => {
  const changed = event(1, "changed", { feature: "Gain", old: 1, new: 2.5, person: "Kim" });
  speak("en");
  assert.equal(eventText(changed), "Gain: 1 → 2.5 by Kim");
  assert.equal(eventText(event(2, "lost", { text: "no answer for 3.0 s" })), "lost · no answer for 3.0 s");
  assert.equal(eventText(event(3, "exploded")), "exploded");
  speak("ko");
  assert.equal(eventText(changed), "Gain: 1 → 2.5 (Kim)");
});

test("named layouts: what cannot be read is left out, one of the same name is replaced", () => {
  const good = { name: "line 1", mode: "grid", large: "", order: ["a", "b"], camera: "" };
  const kept = [good, null, 3, { name: "" }, { name: "x", mode: "odd", order: ["a", 7], large: 4 }];
  assert.deepEqual(readLayouts(kept), [good, { name: "x", mode: "auto", large: "", order: ["a"], camera: "" }]);
  const other = { ...good, mode: "large" };
  assert.deepEqual(withLayout([good], other), [other]);
  assert.equal(withLayout([good], { ...good, name: "line 2" }).length, 2);
});
