/** Models of measuring and drawing tools, held to the vectors that the Qt viewer's are held to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Crosshair, gridLines } from "../../camstrm/bridge/page/static/model/guides.js";
import * as numbers from "../../camstrm/bridge/page/static/model/numbers.js";
import { Orientation } from "../../camstrm/bridge/page/static/model/orientation.js";
import * as pixel from "../../camstrm/bridge/page/static/model/pixel_value.js";
import * as profile from "../../camstrm/bridge/page/static/model/profile.js";
import { measuredRegion, regionBetween } from "../../camstrm/bridge/page/static/model/region.js";
import * as ruler from "../../camstrm/bridge/page/static/model/ruler.js";
import { paintStripes, zebraText } from "../../camstrm/bridge/page/static/model/zebra.js";
import { near, vectors } from "./viewing.mjs";

const point = ([x, y]) => ({ x, y });
const size = ([width, height]) => ({ width, height });
const rectangle = (part) => part && { ...point(part), ...size(part.slice(2)) };
const list = (found) => found && [found.x, found.y];
const said = (found, key, values) => assert.deepEqual(found, { key, values });

test("figures as text", () => {
  const { fixed, significant, percent } = vectors("numbers");
  for (const [value, digits, text] of fixed) assert.equal(numbers.fixed(value, digits), text);
  for (const [value, digits, text] of significant) {
    assert.equal(numbers.significant(value, digits), text);
  }
  for (const [value, text] of percent) assert.equal(numbers.percent(value), text);
});

test("the measured part of a frame", () => {
  const { measured, between } = vectors("region");
  for (const { kind, frame, visible, drawn, region } of measured) {
    const parts = { visible: rectangle(visible), drawn };
    assert.deepEqual(measuredRegion(kind, size(frame), parts), region, `${kind} ${frame}`);
  }
  for (const { from, to, frame, region } of between) {
    assert.deepEqual(regionBetween(point(from), point(to), size(frame)), region);
  }
});

test("the value of a pixel", () => {
  const { at, requests, pictures, raw, jpeg } = vectors("pixel_value");
  for (const { point: there, frame, pixel: wanted } of at) {
    assert.deepEqual(list(pixel.pixelAt(point(there), size(frame))), wanted);
  }
  for (const { pixel: there, frame, region } of requests) {
    const wanted = { point: there, region, bins: 0 };
    assert.deepEqual(pixel.cellRequest(point(there), size(frame)), wanted);
  }
  for (const { pixel: there, area, picture, at: wanted } of pictures) {
    const found = pixel.pictureAt(point(there), rectangle(area), size(picture));
    assert.deepEqual(list(found), wanted);
  }
  for (const { pixel: there, values, bits, key, said: wanted } of raw) {
    said(pixel.rawText(point(there), values, bits), key, wanted);
  }
  for (const { pixel: there, rgb, frozen, key, said: wanted } of jpeg) {
    said(pixel.jpegText(point(there), rgb, frozen), key, wanted);
  }
  said(pixel.placeText({ x: 1, y: 2 }), "tools.pixel.place", { x: 1, y: 2 });
});

test("line profiles", () => {
  const { lines, charts, reads } = vectors("profile");
  for (const { from, to, frame, line } of lines) {
    assert.deepEqual(profile.lineBetween(point(from), point(to), size(frame)), line);
  }
  for (const { line, bits, whole, length, low, high, series } of charts) {
    const found = profile.profileChart(line, bits, whole);
    near([found.length, found.low, found.high], [length, low, high]);
    near(Object.fromEntries(found.series.map(({ name, points }) => [name, points])), series);
  }
  for (const { line, part, position, values } of reads) {
    const wanted = position === null ? null : { position, values };
    assert.deepEqual(profile.readAt(line, part), wanted);
  }
});

test("the ruler", () => {
  const { spans, straight, snaps, calibrations, typed } = vectors("ruler");
  for (const { from, to, mm_per_pixel, dx, dy, length, angle, key, said: wanted } of spans) {
    near(ruler.span(point(from), point(to)), { dx, dy, length, angle });
    said(ruler.rulerText(point(from), point(to), mm_per_pixel), key, wanted);
  }
  for (const { from, to, at } of straight) {
    near(ruler.straightened(point(from), point(to)), point(at));
  }
  for (const { point: there, frame, pixel: wanted } of snaps) {
    assert.deepEqual(ruler.snap(point(there), size(frame)), point(wanted));
  }
  for (const [length, mm, found] of calibrations) {
    assert.equal(ruler.calibrated(length, mm), found);
  }
  for (const [text, mm] of typed) assert.equal(ruler.typedLength(text), mm, text);
});

test("crosshair and grid", () => {
  const { crosshair, grids } = vectors("guides");
  for (const { rotation, mirror, frame, acts, at } of crosshair) {
    const cross = new Crosshair();
    const orientation = new Orientation(rotation, mirror);
    for (const [act, x, y] of acts) {
      if (act === "put") cross.put({ x, y }, size(frame));
      else cross.move({ x, y }, orientation, size(frame));
    }
    assert.deepEqual(list(cross.at(size(frame))), at);
  }
  for (const { kind, step, frame, scale, mm_per_pixel, xs, ys, shown, key, said: wanted } of grids) {
    const found = gridLines({ kind, step }, size(frame), scale, mm_per_pixel);
    near({ xs: found.xs, ys: found.ys, step: found.step }, { xs, ys, step: shown });
    said(found.said, key, wanted);
  }
});

test("stripes where pixels are clipped", () => {
  const { pictures, texts } = vectors("zebra");
  for (const { picture, phase, count, stripes } of pictures) {
    const pixels = picture.flat();
    const rgba = Uint8ClampedArray.from(pixels.flatMap((rgb) => [...rgb, 255]));
    const out = new Uint8ClampedArray(rgba.length);
    assert.equal(paintStripes(rgba, picture[0].length, out, phase), count);
    const found = pixels.map((_, at) => (out[at * 4 + 3] > 0 ? 1 : 0));
    assert.deepEqual(found, stripes.flat());
  }
  for (const { shown, raw, bits, key, said: wanted } of texts) {
    said(zebraText(shown, raw, bits), key, wanted);
  }
});
