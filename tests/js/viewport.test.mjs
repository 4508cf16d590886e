import assert from "node:assert/strict";
import { test } from "node:test";

import { Viewport } from "../../camstrm/bridge/page/static/viewport.js";
import { applyKey, wheelFactor } from "../../camstrm/bridge/page/static/zoom_gestures.js";

/** A frame of 2656 x 2304 on a stage of 800 x 600: it fits at 0.26. */
function large() {
  const viewport = new Viewport();
  viewport.setStage(800, 600);
  viewport.setFrame(2656, 2304);
  return viewport;
}

function close(got, wanted) {
  for (const name of Object.keys(wanted)) {
    assert.ok(Math.abs(got[name] - wanted[name]) < 1e-6, `${name}: ${got[name]}, wanted ${wanted[name]}`);
  }
}

const WHOLE = { x: 0, y: 0, width: 2656, height: 2304 };

test("the whole frame is in the middle of the stage at first", () => {
  const viewport = large();
  assert.equal(viewport.fits, true);
  assert.equal(viewport.scale, 600 / 2304);
  const width = (2656 * 600) / 2304;
  close(viewport.place(WHOLE), { x: (800 - width) / 2, y: 0, width, height: 600 });
  close(viewport.visible, WHOLE);
});

test("nothing is placed before both sizes are known", () => {
  const viewport = new Viewport();
  viewport.zoomBy(2, 1, 1);
  viewport.zoomTo(1);
  viewport.panBy(5, 5);
  assert.deepEqual([viewport.known, viewport.fits], [false, true]);
  viewport.setStage(800, 600);
  assert.equal(viewport.known, false);
  viewport.setFrame(640, 480);
  assert.equal(viewport.known, true);
});

test("what is below the pointer stays there while the wheel turns", () => {
  for (const width of [800, 3000, 100]) {
    const viewport = large();
    viewport.setStage(width, 600);
    const [x, y] = [width * 0.55, 270];
    const before = viewport.frameAt(x, y);
    for (let turn = 0; turn < 16; turn += 1) {
      viewport.zoomBy(1.25, x, y);
      close(viewport.frameAt(x, y), before);
    }
    assert.equal(viewport.fits, false);
    for (let turn = 0; turn < 9; turn += 1) viewport.zoomBy(0.8, x, y);
    close(viewport.frameAt(x, y), before);
  }
});

test("making it smaller ends where the whole frame fits", () => {
  const viewport = large();
  viewport.zoomBy(4, 300, 450);
  viewport.zoomBy(0.5, 10, 10);
  assert.equal(viewport.fits, false);
  viewport.zoomBy(0.4, 10, 10);
  assert.equal(viewport.fits, true);
  viewport.zoomBy(0.4);
  assert.equal(viewport.scale, 600 / 2304);
});

test("pixels are shown at 40 times their size at most", () => {
  const viewport = large();
  viewport.zoomBy(1e6, 1, 1);
  assert.equal(viewport.scale, 40);
  viewport.zoomBy(2);
  assert.equal(viewport.scale, 40);
});

test("the frame is not moved away from where it fits as a whole", () => {
  const viewport = large();
  const left = (800 - (2656 * 600) / 2304) / 2;
  viewport.zoomTo(1);
  viewport.panBy(1e6, 1e6);
  close(viewport.place(WHOLE), { x: left, y: 0 });
  close(viewport.visible, { x: 0, y: 0, width: 800 - left, height: 600 });
  viewport.panBy(-1e6, -1e6);
  close(viewport.visible, { x: 1856 + left, y: 1704, width: 800 - left, height: 600 });
  viewport.panBy(100, 50);
  close(viewport.visible, { x: 1756 + left, y: 1654, width: 800, height: 600 });
});

test("1:1 may be smaller than what fits, and the wheel leads back", () => {
  const viewport = new Viewport();
  viewport.setStage(1600, 1200);
  viewport.setFrame(640, 480);
  viewport.zoomTo(1);
  assert.deepEqual([viewport.fits, viewport.scale], [false, 1]);
  close(viewport.place({ x: 0, y: 0, width: 640, height: 480 }), { x: 480, y: 360, width: 640 });
  viewport.zoomBy(0.5);
  assert.equal(viewport.scale, 1, "no smaller");
  viewport.zoomBy(2);
  assert.equal(viewport.scale, 2);
});

test("a part is placed where the whole frame has it", () => {
  const viewport = large();
  viewport.zoomBy(7, 123, 456);
  const whole = viewport.place(WHOLE);
  const part = viewport.place({ x: 1200, y: 800, width: 640, height: 488 });
  close(part, {
    x: whole.x + (1200 / 2656) * whole.width,
    y: whole.y + (800 / 2304) * whole.height,
    width: (640 / 2656) * whole.width,
    height: (488 / 2304) * whole.height,
  });
});

test("a stage of another size keeps the middle; a frame of another size is shown whole", () => {
  const viewport = large();
  viewport.zoomTo(2, 500, 100);
  const middle = viewport.frameAt(400, 300);
  viewport.setStage(1000, 900);
  close(viewport.frameAt(500, 450), middle);
  viewport.setFrame(2656, 2304);
  assert.equal(viewport.fits, false);
  viewport.setFrame(1328, 1152);
  assert.equal(viewport.fits, true);
});

test("keys", () => {
  const viewport = large();
  const press = (key) => applyKey(viewport, key, { width: 800, height: 600 }, 2);
  assert.equal(press("ArrowLeft"), false, "there is nothing to move");
  assert.equal(press("zoom_in"), true);
  close({ scale: viewport.scale }, { scale: (1.5 * 600) / 2304 });
  assert.equal(press("native"), true);
  assert.equal(viewport.scale, 0.5, "a pixel of the screen is half a CSS pixel");
  const { x, y } = viewport.visible;
  press("ArrowRight");
  press("ArrowDown");
  close(viewport.visible, { x: x + 200, y: y + 150 });
  press("zoom_out");
  close({ scale: viewport.scale }, { scale: 1 / 3 });
  press("fit");
  assert.equal(viewport.fits, true);
  assert.equal(press("a"), false);
  assert.equal(press("toString"), false);
});

test("wheels and trackpads", () => {
  const factor = (deltaY, deltaMode = 0, ctrlKey = false) =>
    Number(wheelFactor({ deltaY, deltaMode, ctrlKey }).toFixed(4));
  assert.equal(factor(-100), 1.25);
  assert.equal(factor(100), 0.8);
  assert.equal(factor(-3, 1), 1.25, "Firefox counts lines");
  assert.ok(factor(-4) > 1 && factor(-4) < 1.01);
  assert.ok(factor(-4, 0, true) > 1.05, "a pinch comes in small steps");
  assert.equal(factor(-100, 0, true), 1.25, "a wheel with the ctrl key");
});
