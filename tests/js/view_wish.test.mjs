import assert from "node:assert/strict";
import { test } from "node:test";

import {
  regionWish,
  roundedSide,
  smallWish,
} from "../../camstrm/bridge/page/static/view_wish.js";
import { Viewport } from "../../camstrm/bridge/page/static/viewport.js";

const QUARTER = { width: 664, height: 576, source_width: 2656, source_height: 2304 };
const NATIVE = { width: 640, height: 480, source_width: 640, source_height: 480 };

function viewportOf({ source_width, source_height }, scale, x, y) {
  const viewport = new Viewport();
  viewport.setStage(800, 600);
  viewport.setFrame(source_width, source_height);
  if (scale) viewport.zoomTo(scale, x, y);
  return viewport;
}

test("the whole picture does where it fits, and where it has all pixels", () => {
  assert.equal(regionWish(viewportOf(QUARTER), 1, QUARTER), null);
  assert.equal(regionWish(viewportOf(QUARTER, 1), 1, null), null, "nothing is known");
  assert.equal(regionWish(viewportOf(NATIVE, 1.9), 1, NATIVE), null);
  assert.notEqual(regionWish(viewportOf(QUARTER, 8), 1, QUARTER), null);
});

test("the part in view is asked for at the screen's resolution", () => {
  // In the middle: 928..1728 x 852..1452, on a grid of 64.
  assert.deepEqual(regionWish(viewportOf(QUARTER, 1), 1, QUARTER), {
    region: [896, 832, 832, 640],
    max_width: 960,
    max_height: 640,
    quality: null,
  });
  // A quarter of the part at four times the size: no pixels more than the camera has.
  assert.deepEqual(regionWish(viewportOf(QUARTER, 4), 1, QUARTER), {
    region: [1216, 1072, 224, 160],
    max_width: 240,
    max_height: 160,
    quality: 95,
  });
  // Half the size: each second pixel is enough, unless the screen has two for each.
  const half = viewportOf(QUARTER, 0.5);
  assert.deepEqual(regionWish(half, 1, QUARTER), {
    region: [512, 512, 1664, 1280],
    max_width: 960,
    max_height: 640,
    quality: null,
  });
  assert.equal(regionWish(half, 2, QUARTER).max_width, 1920);
});

test("single pixels are asked for finely, also where the whole picture has them all", () => {
  assert.deepEqual(regionWish(viewportOf(NATIVE, 8), 1, NATIVE), {
    region: [264, 200, 112, 80],
    max_width: 160,
    max_height: 80,
    quality: 95,
  });
  assert.equal(regionWish(viewportOf(NATIVE, 1), 2, NATIVE).quality, 95, "on a fine screen");
});

test("a region ends where the frame does", () => {
  const { region } = regionWish(viewportOf(QUARTER, 1, 1e4, 1e4), 1, QUARTER);
  const [x, y, width, height] = region;
  assert.deepEqual([x + width, y + height], [2656, 2304]);
  assert.ok(x <= 1856 && y <= 1704);
});

test("a small movement changes nothing that is asked for", () => {
  const viewport = viewportOf(QUARTER, 1);
  const wishes = new Set();
  for (let step = 0; step < 100; step += 1) {
    viewport.panBy(-1, 0);
    wishes.add(JSON.stringify(regionWish(viewport, 1, QUARTER)));
  }
  assert.ok(wishes.size <= 5, `${wishes.size} different views`);
  for (const text of wishes) {
    const [x, y, width, height] = JSON.parse(text).region;
    assert.deepEqual([x % 8, y % 8, width % 8, height % 8], [0, 0, 0, 0]);
  }
});

test("what is asked for holds what is in view, at enough pixels", () => {
  for (const scale of [0.3, 0.77, 1, 1.01, 3, 17, 40]) {
    for (const [x, y] of [[0, 0], [400, 300], [799, 1], [123, 599]]) {
      for (const ratio of [1, 1.25, 2]) {
        const viewport = viewportOf(QUARTER, scale, x, y);
        const wish = regionWish(viewport, ratio, QUARTER);
        const seen = viewport.visible;
        const [left, top, width, height] = wish.region;
        assert.ok(left <= seen.x && top <= seen.y);
        assert.ok(left + width >= seen.x + seen.width - 1e-6);
        assert.ok(top + height >= seen.y + seen.height - 1e-6);
        const needed = Math.min(1, scale * ratio);
        assert.ok(wish.max_width >= width * needed && wish.max_height >= height * needed);
      }
    }
  }
});

test("sides are those that the server makes", () => {
  assert.deepEqual([1, 80, 81, 1000, 7680, 7681.5].map(roundedSide), [80, 80, 160, 1280, 7680, 7682]);
});

const USUAL = { width: 640, height: 480 };
const small = (max_width, max_height) => ({ region: null, max_width, max_height, quality: null });

test("a small tile asks for a small picture where that is smaller", () => {
  const wish = (width, height, usual = USUAL) => smallWish({ width, height }, usual, null, 0);
  assert.deepEqual(wish(320, 240), small(320, 240));
  assert.deepEqual(wish(330, 248), small(480, 320));
  assert.equal(wish(500, 375), null, "640 is what it gets anyway");
  assert.equal(wish(1600, 1200), null);
  assert.equal(wish(600, 520, { width: 664, height: 576 }), null, "640 of 664 saves nothing");
  assert.equal(wish(0, 0), null, "a tile that is not shown");
  assert.equal(wish(320, 240, null), null, "the usual size is not known yet");
});

test("a tile whose size changes a little does not ask for another picture", () => {
  const before = { region: null, max_width: 480, max_height: 480 };
  const next = (width) => smallWish({ width, height: width }, { width: 1280, height: 1280 }, before, 0);
  assert.deepEqual(next(481).max_width, 640, "too small for it");
  assert.deepEqual(next(310).max_width, 480, "just as good");
  assert.deepEqual(next(270).max_width, 320, "far too large");
});

test("on a slow link the server chooses the size, where it is smaller", () => {
  const wish = (reduced) => smallWish({ width: 320, height: 240 }, USUAL, null, reduced);
  assert.deepEqual(wish(640), small(320, 240));
  assert.equal(wish(320), null);
  assert.equal(wish(160), null);
});
