import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { regionWish, smallWish } from "../../camstrm/bridge/page/static/view_wish.js";
import { Viewport } from "../../camstrm/bridge/page/static/viewport.js";

const FILE = new URL("../vectors/viewport/zoom.json", import.meta.url);
const VECTORS = JSON.parse(readFileSync(FILE, "utf-8"));

function close(found, wanted, about) {
  const near = Math.abs(found - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
  assert.ok(near, `${about}: ${found}, wanted ${wanted}`);
}

for (const { stage, frame, steps } of VECTORS.sessions) {
  test(`what is visible and asked for: stage ${stage}, frame ${frame}`, () => {
    const viewport = new Viewport();
    viewport.setStage(...stage);
    viewport.setFrame(...frame);
    const [width, height] = frame;
    const have = {
      width: Math.floor(width / 4),
      height: Math.floor(height / 4),
      source_width: width,
      source_height: height,
    };
    for (const step of steps) {
      const [act, ...numbers] = step.act;
      viewport[act](...numbers);
      const about = JSON.stringify(step.act);
      assert.equal(viewport.fits, step.fits, about);
      assert.equal(viewport.known, step.visible !== null, about);
      if (step.visible === null) continue;
      close(viewport.scale, step.scale, about);
      const { visible } = viewport;
      const found = [visible.x, visible.y, visible.width, visible.height];
      found.forEach((number, at) => close(number, step.visible[at], about));
      const wishes = [1, 2].map((ratio) => regionWish(viewport, ratio, have));
      assert.deepEqual(wishes, step.wish, about);
    }
  });
}

test("small pictures", () => {
  const size = (pair) => pair && { width: pair[0], height: pair[1] };
  const view = (pair) =>
    pair && { region: null, max_width: pair[0], max_height: pair[1], quality: null };
  for (const { shown, usual, before, reduced, wish } of VECTORS.small) {
    const found = smallWish(size(shown), size(usual), view(before), reduced);
    assert.deepEqual(found, view(wish), JSON.stringify({ shown, usual, before, reduced }));
  }
  assert.ok(VECTORS.small.length > 100);
});
