import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLog, isBack, isFault } from "../../camstrm/bridge/page/static/model/event_log.js";
import { readLayouts, withLayout } from "../../camstrm/bridge/page/static/model/layouts.js";
import { eventText } from "../../camstrm/bridge/page/static/panels/event_text.js";
import { speak } from "./speak.mjs";
import { vectors } from "./viewing.mjs";

const EVENTS = vectors("event_log");
const LAYOUTS = vectors("layouts");

for (const { name, steps, kinds, last } of EVENTS.logs) {
  test(name, () => {
    const log = new EventLog();
    for (const step of steps) {
      if (step.noted) log.note(...step.noted);
      else assert.equal(log.add(step.answer), step.new);
    }
    assert.deepEqual(log.events.map(({ kind }) => kind), kinds);
    assert.equal(log.last, last);
  });
}

test("as many events are kept as the server keeps", () => {
  const log = new EventLog();
  const events = Array.from({ length: EVENTS.most + 500 }, (_, at) => ({ id: 10 + at, time_us: 10 + at, kind: "lost" }));
  log.add({ events, last: 1 });
  assert.deepEqual([log.events.length, log.events[0].id], [EVENTS.most, EVENTS.most + 509]);
});

test("filters go by kind and by words", () => {
  const log = new EventLog();
  log.add({ events: EVENTS.chosen, last: 4 });
  const read = ({ camera = "", kind, feature = "" }) => `${camera} ${kind} ${feature}`;
  for (const [filter, words, ids] of EVENTS.filters) {
    assert.deepEqual(log.chosen(filter, words, read).map(({ id }) => id), ids, `${filter} ${words}`);
  }
  for (const [kind, worse, better] of EVENTS.kinds) assert.deepEqual([isFault(kind), isBack(kind)], [worse, better]);
});

test("events in words; what is not known keeps its word, reasons stay as they come", () => {
  for (const language of ["en", "ko"]) {
    speak(language);
    for (const said of EVENTS.said) assert.equal(eventText(said.event), said[language]);
  }
});

test("named layouts: what cannot be read is left out, one of the same name is replaced", () => {
  for (const { kept, layouts } of LAYOUTS.read) assert.deepEqual(readLayouts(kept), layouts);
  const named = (name, mode) => ({ name, mode, large: "", order: [], camera: "" });
  for (const { names, modes, saved, result } of LAYOUTS.with) {
    const before = names.map((name, at) => named(name, modes[at]));
    const after = withLayout(before, named(...saved));
    assert.deepEqual(after.map(({ name, mode }) => [name, mode]), result);
  }
  const many = Array.from({ length: LAYOUTS.most + 1 }, (_, at) => named(String(at), "auto"));
  const kept = many.reduce(withLayout, []);
  assert.deepEqual([kept[0].name, kept.length, readLayouts(many).length], ["1", LAYOUTS.most, LAYOUTS.most]);
});
