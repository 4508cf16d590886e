import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ValueScale,
  formatNumber,
  formatValue,
  parseNumber,
} from "../../camstrm/bridge/page/static/model/value_scale.js";
import { same, vectors } from "./viewing.mjs";

const VECTORS = vectors("value_scale");

for (const { info, state, logarithmic, positions, values, nearest, stepped } of VECTORS.scales) {
  test(`slider of ${info.name}`, () => {
    const scale = ValueScale.of(info, state);
    assert.equal(scale.logarithmic, logarithmic);
    for (const [value, position] of positions) same(scale.position(value), position, value);
    for (const [position, value] of values) same(scale.value(position), value, position);
    for (const [value, found] of nearest) same(scale.nearest(value), found, value);
    for (const [value, direction, large, found] of stepped) {
      same(scale.stepped(value, direction, large), found, [value, direction, large]);
    }
  });
}

test("no slider without limits", () => {
  for (const { info, state } of VECTORS.without) assert.equal(ValueScale.of(info, state), null);
});

test("what is typed", () => {
  for (const { text, info, state, value, problem, values } of VECTORS.parse) {
    same(parseNumber(text, info, state), { value, problem, values }, text);
  }
});

test("what is shown", () => {
  for (const { value, info, number, text } of VECTORS.format) {
    assert.deepEqual([formatNumber(value, info), formatValue(value, info)], [number, text]);
  }
  for (const { value, info, text } of VECTORS.words) assert.equal(formatValue(value, info), text);
});
