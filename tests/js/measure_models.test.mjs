/** Models of measurements and kept pictures, held to the vectors that the Qt viewer's are held to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Focus } from "../../camstrm/bridge/page/static/model/focus.js";
import { Freeze } from "../../camstrm/bridge/page/static/model/freeze.js";
import * as histogram from "../../camstrm/bridge/page/static/model/histogram.js";
import { Sampler } from "../../camstrm/bridge/page/static/model/sampler.js";
import * as snapshot from "../../camstrm/bridge/page/static/model/snapshot.js";
import { near, vectors } from "./viewing.mjs";

for (const { about, steps } of vectors("sampler").sessions) {
  test(`measurements: ${about}`, () => {
    const sampler = new Sampler();
    for (const step of steps) {
      const about = JSON.stringify(step);
      if (step.want) sampler.want(step.want[0], step.want[1] && { name: step.want[1] });
      else if (step.answered) assert.equal(sampler.answered(...step.answered), step.gives, about);
      else {
        const due = sampler.due(step.due);
        assert.deepEqual(due && [due.id, due.camera, due.args.name], step.gives, about);
      }
    }
  });
}

test("histograms, figures, clipping, age", () => {
  const { bars, measurements } = vectors("histogram");
  for (const { histograms, log, top, heights } of bars) {
    const channels = Object.entries(histograms).map(([name, counts]) => ({
      name,
      histogram: counts,
    }));
    const found = histogram.bars(channels, log);
    assert.equal(found.top, top);
    near(Object.fromEntries(found.series.map((one) => [one.name, one.heights])), heights);
  }
  for (const { measurement, figures, level, clipping, extent, ages } of measurements) {
    const pair = ({ key, values }) => [key, values];
    assert.deepEqual(histogram.figures(measurement), figures);
    const found = histogram.clipping(measurement);
    assert.deepEqual([found.level, pair(found.said)], [level, clipping]);
    assert.deepEqual(pair(histogram.extent(measurement)), extent);
    for (const [nowUs, key, values] of ages) {
      assert.deepEqual(pair(histogram.age(measurement, nowUs)), [key, values]);
    }
  }
});

for (const { about, steps } of vectors("focus").sessions) {
  test(`focus: ${about}`, () => {
    const focus = new Focus();
    for (const { add, reset, begin, at, ...wanted } of steps) {
      if (add) focus.add(add[0] ?? Number.NaN, add[1], add[2]);
      if (reset) focus.reset();
      if (begin) focus.begin(begin);
      const tone = focus.tone(at);
      const { key, values } = focus.said(at);
      const found = {
        level: focus.level,
        peak: focus.peak,
        relative: focus.relative,
        ...focus.bar,
        trend: focus.trend(at),
        tone: tone && [tone.frequency, tone.pauseMs],
        said: [key, values],
      };
      for (const name of Object.keys(wanted)) near(found[name], wanted[name], `${name} at ${at}`);
    }
  });
}

test("names of files and what is written beside a picture", () => {
  const { names, files, metadata } = vectors("snapshot");
  for (const [name, safe] of names) assert.equal(snapshot.safeName(name), safe);
  for (const { camera, time_us, zone, frame_id, suffix, name, zoned } of files) {
    assert.equal(snapshot.fileName(camera, time_us, zone, frame_id, suffix), name);
    assert.equal(snapshot.zonedTime(time_us, zone), zoned);
  }
  for (const { facts, text } of metadata) {
    const named = Object.entries(facts).map(([key, value]) => [
      key.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()),
      value,
    ]);
    assert.equal(JSON.stringify(snapshot.metadata(Object.fromEntries(named))), text);
  }
});

test("a frozen picture", () => {
  const { sessions, said } = vectors("freeze");
  for (const { steps } of sessions) {
    const freeze = new Freeze();
    for (const { act, gives, frozen, frame, passed } of steps) {
      const [name, id] = act;
      const given = freeze[name](typeof id === "number" ? { frame_id: id } : null);
      if (gives !== undefined) assert.equal(given, gives, act.join());
      const found = [freeze.frozen, freeze.frame?.frame_id ?? null, freeze.passed];
      assert.deepEqual(found, [frozen, frame, passed], act.join());
    }
  }
  const [time, key, values] = said;
  assert.deepEqual(new Freeze().said(time), { key, values });
});
