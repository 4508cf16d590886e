import assert from "node:assert/strict";
import { test } from "node:test";

import { FeatureTree, lockOf } from "../../camstrm/bridge/page/static/model/feature_tree.js";
import { same, vectors } from "./viewing.mjs";

const VECTORS = vectors("feature_tree");
const TREE = new FeatureTree(VECTORS.features);

for (const { view, rows, hidden } of VECTORS.rows) {
  test(`tree: ${JSON.stringify(view)}`, () => same(TREE.rows(view), { rows, hidden }, view));
}

test("what locks a feature", () => {
  for (const { state, lock } of VECTORS.locks) assert.deepEqual(lockOf(TREE, state), lock);
  assert.equal(lockOf(TREE, undefined), null);
});
