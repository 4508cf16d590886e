import assert from "node:assert/strict";
import { test } from "node:test";

import {
  regionLimits,
  regionSettings,
  snapRegion,
  wholeRegion,
} from "../../camstrm/bridge/page/static/model/camera_region.js";
import {
  automaticOf,
  cardsOf,
  choicesOf,
  featuresOf,
} from "../../camstrm/bridge/page/static/model/camera_setup.js";
import { FeatureTree } from "../../camstrm/bridge/page/static/model/feature_tree.js";
import { greyPoint } from "../../camstrm/bridge/page/static/model/white_balance.js";
import { same, vectors } from "./viewing.mjs";

const VECTORS = vectors("camera_setup");

for (const { about, names, states, cards, features } of VECTORS.cards) {
  test(`cards: ${about}`, () => {
    const tree = new FeatureTree(names.map((name) => ({ name, type: "float" })));
    const found = cardsOf(tree, new Map(Object.entries(states)));
    assert.deepEqual(found, cards);
    assert.deepEqual(featuresOf(found), features);
  });
}

VECTORS.regions.forEach(({ parts, states, limits, whole, drawn }, number) => {
  test(`region ${number}`, () => {
    const card = { id: "region", parts };
    const found = regionLimits(card, new Map(Object.entries(states)));
    assert.deepEqual(found, limits);
    assert.deepEqual(wholeRegion(found), whole);
    for (const step of drawn) {
      const region = snapRegion(step.drawn, found);
      assert.deepEqual(region, step.region);
      assert.deepEqual(regionSettings(region, found, card), step.settings);
    }
  });
});

test("no region is known before its size is read", () => {
  assert.equal(regionLimits({ id: "region", parts: { width: "Width" } }, new Map()), null);
});

test("white balance by something grey", () => {
  for (const { measured, ratios, found, problem } of VECTORS.grey) {
    same(greyPoint(measured, ratios), { ratios: found, problem }, measured);
  }
});

test("automatics and choices", () => {
  for (const [value, word] of VECTORS.automatic) {
    assert.equal(automaticOf(value ?? undefined), word);
  }
  for (const { info, state, choices } of VECTORS.choices) {
    assert.deepEqual(choicesOf(info, state), choices);
  }
});
