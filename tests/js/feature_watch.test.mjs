import assert from "node:assert/strict";
import { test } from "node:test";

import { FeatureWatch } from "../../camstrm/bridge/page/static/model/feature_watch.js";
import { vectors } from "./viewing.mjs";

function see(watch) {
  const values = [...watch.states].map(([key, { value }]) => [key, value ?? null]);
  return {
    tree: watch.tree && watch.tree.features.map(({ name }) => name),
    values: Object.fromEntries(values),
    live: watch.live,
    unread: watch.unread,
    problem: watch.problem && watch.problem.message,
  };
}

for (const { about, steps } of vectors("feature_watch").sessions) {
  test(`watch: ${about}`, () => {
    const watch = new FeatureWatch();
    for (const [name, args, wanted] of steps) {
      const found = name === "see" ? see(watch) : watch[name](...args);
      assert.deepEqual(found ?? null, wanted, JSON.stringify([name, args]));
    }
  });
}
