import assert from "node:assert/strict";
import { test } from "node:test";

import { FeatureEdit, lastingOf } from "../../camstrm/bridge/page/static/model/feature_edit.js";
import { leaseFlow } from "../../camstrm/bridge/page/static/model/lease_flow.js";
import { MOST_STEPS } from "../../camstrm/bridge/page/static/model/undo_list.js";
import { formatValue } from "../../camstrm/bridge/page/static/model/value_scale.js";
import { vectors } from "./viewing.mjs";

const VECTORS = vectors("feature_edit");

function see(edit, features) {
  return {
    wanted: features.map(([name, selectors]) => edit.wanted(name, selectors) ?? null),
    notes: Object.fromEntries(edit.notes),
    question: edit.question && edit.question.key,
    busy: edit.busy,
    undo: edit.undoList.canUndo,
    redo: edit.undoList.canRedo,
  };
}

for (const { about, steps } of VECTORS.sessions) {
  test(`changes: ${about}`, () => {
    const edit = new FeatureEdit();
    for (const [name, args, wanted] of steps) {
      let found = name === "see" ? see(edit, ...args) : edit[name](...args);
      if (name === "answered") found = found.map(({ feature }) => feature);
      assert.deepEqual(found ?? null, wanted, JSON.stringify([name, args]));
    }
  });
}

test("how long a value lasts", () => {
  const info = { name: "ExposureTime", type: "float", unit: "us" };
  for (const { state, note } of VECTORS.lasting) {
    assert.deepEqual(
      lastingOf(state, (value) => formatValue(value, info)),
      note,
    );
  }
  assert.equal(lastingOf(undefined, String), null);
});

test("the lease", () => {
  for (const { lease, me, now_us: now, flow } of VECTORS.leases) {
    assert.deepEqual(leaseFlow(lease, me, now), flow);
  }
});

test("so many changes can be undone", () => {
  const edit = new FeatureEdit();
  for (let value = 0; value < MOST_STEPS + 10; value += 1) {
    edit.wish("Gain", value + 1);
    const [{ id }] = edit.calls(value * 1000, "mine");
    edit.answered(id, { feature: "Gain", wanted: value + 1, applied: true, value: value + 1, old: value });
  }
  let steps = 0;
  for (let now = 1e6; edit.undoList.canUndo; now += 1000) {
    edit.undo();
    const [{ id, args }] = edit.calls(now, "mine");
    const { value } = args;
    edit.answered(id, { feature: "Gain", wanted: value, applied: true, value, old: value + 1 });
    steps += 1;
  }
  assert.equal(steps, MOST_STEPS);
});
