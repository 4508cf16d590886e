import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Orientation,
  UPRIGHT,
  orientationOf,
} from "../../camstrm/bridge/page/static/model/orientation.js";
import { Viewport } from "../../camstrm/bridge/page/static/viewport.js";
import { near, vectors } from "./viewing.mjs";

const VECTORS = vectors("orientation");
const SENSOR = { width: 3, height: 2 };

/** The numbers of the sensor's pixels as they are seen, by asking for each pixel of the picture. */
function seen(orientation) {
  const { width, height } = orientation.size(SENSOR);
  return Array.from({ length: height }, (_, line) =>
    Array.from({ length: width }, (_, column) => {
      const there = { x: column + 0.5, y: line + 0.5 };
      const { x, y } = orientation.toSensor(there, SENSOR);
      near(orientation.toPicture({ x, y }, SENSOR), there, "and back");
      return Math.floor(y) * SENSOR.width + Math.floor(x);
    }),
  );
}

test("a turned sensor", () => {
  for (const { rotation, mirror, picture } of VECTORS.pictures) {
    const orientation = new Orientation(rotation, mirror);
    assert.deepEqual(seen(orientation), picture);
  }
});

test("what a person does is done to what is seen", () => {
  for (const { rotation, mirror, acts, picture } of VECTORS.acts) {
    let orientation = new Orientation(rotation, mirror);
    for (const act of acts) {
      if (act === "mirror") orientation = orientation.mirrored();
      else orientation = orientation.rotated(act === "right" ? 90 : -90);
    }
    assert.deepEqual(seen(orientation), picture, acts.join());
  }
});

test("mine comes on top of what is configured", () => {
  for (const { configured, mine, picture } of VECTORS.layers) {
    const as = ([rotation, mirror]) => ({ rotation, mirror });
    assert.deepEqual(seen(orientationOf(as(configured), as(mine))), picture);
  }
  assert.ok(orientationOf(null, null).equals(UPRIGHT));
  assert.ok(orientationOf({}, { rotation: Number.NaN }).equals(UPRIGHT));
});

for (const { rotation, mirror, stage, frame, steps } of VECTORS.sessions) {
  test(`a viewport turned ${rotation} ${mirror}, stage ${stage}, frame ${frame}`, () => {
    const viewport = new Viewport();
    viewport.setStage(...stage);
    viewport.setFrame(...frame);
    viewport.setOrientation(new Orientation(rotation, mirror));
    const list = ({ x, y, width, height }) => [x, y, width, height];
    for (const { act, scale, visible, place, frame_at, stage_at } of steps) {
      const [name, ...numbers] = act;
      viewport[name](...numbers);
      near(viewport.scale, scale, name);
      near(list(viewport.visible), visible, name);
      near(list(viewport.place({ x: 16, y: 8, width: 64, height: 32 })), place, name);
      const at = viewport.frameAt(100, 80);
      near([at.x, at.y], frame_at, name);
      near(viewport.stageAt(at), { x: 100, y: 80 }, name);
      const corner = viewport.stageAt({ x: 16, y: 8 });
      near([corner.x, corner.y], stage_at, name);
    }
  });
}

test("what is in the middle stays there while the picture is turned", () => {
  const viewport = new Viewport();
  viewport.setStage(800, 600);
  viewport.setFrame(2656, 2304);
  viewport.zoomTo(2, 500, 100);
  const middle = viewport.frameAt(400, 300);
  for (const turned of [new Orientation(90), new Orientation(180, true), UPRIGHT]) {
    viewport.setOrientation(turned);
    near(viewport.frameAt(400, 300), middle, "middle");
    assert.equal(viewport.fits, false);
  }
});

test("a movement on the screen", () => {
  const right = { x: 1, y: 0 };
  assert.deepEqual(new Orientation(0, true).stepToSensor(right), { x: -1, y: 0 });
  assert.deepEqual(new Orientation(90).stepToSensor(right), { x: 0, y: -1 });
  assert.deepEqual(new Orientation(180).stepToSensor(right), { x: -1, y: 0 });
  assert.equal(new Orientation(270, true).css, "rotate(270deg) scaleX(-1)");
  assert.equal(UPRIGHT.css, "");
  assert.equal(new Orientation(-90).rotation, 270);
});
