import assert from "node:assert/strict";
import { test } from "node:test";

import {
  FileRun,
  differenceRows,
  fileName,
  fileProblem,
  resultOf,
  sameModel,
  userSetsOf,
} from "../../camstrm/bridge/page/static/model/feature_files.js";
import { FeatureTree } from "../../camstrm/bridge/page/static/model/feature_tree.js";
import { vectors } from "./viewing.mjs";

const VECTORS = vectors("feature_files");

function see(run) {
  const rows = run.rows.map(({ name, state, result, problem }) => ({ name, state, result, problem }));
  return { rows, done: run.done };
}

for (const { about, text, cameras, mine, stop, steps } of VECTORS.runs) {
  test(`files: ${about}`, () => {
    const run = new FileRun(text, cameras, { mine, stop });
    for (const [name, args, wanted] of steps) {
      const found = name === "see" ? see(run) : run[name](...args);
      assert.deepEqual(found ?? null, wanted, JSON.stringify([name, args]));
    }
  });
}

test("cameras of the same model", () => {
  for (const { cameras, chosen, fits } of VECTORS.models) {
    assert.deepEqual(
      sameModel(cameras, cameras[chosen]).map(({ index }) => index),
      fits,
    );
  }
});

test("files and their names", () => {
  for (const { text, most, problem } of VECTORS.files) assert.equal(fileProblem(text, most), problem);
  for (const { camera, day, name } of VECTORS.names) {
    assert.equal(fileName(camera, new Date(day[0], day[1] - 1, day[2])), name);
  }
});

test("results, differences, user sets", () => {
  for (const { changes, result } of VECTORS.results) assert.deepEqual(resultOf(changes), result);
  for (const { differences, rows } of VECTORS.differences) assert.deepEqual(differenceRows(differences), rows);
  for (const { features, states, sets } of VECTORS.sets) {
    assert.deepEqual(userSetsOf(new FeatureTree(features), new Map(Object.entries(states))), sets);
  }
});
