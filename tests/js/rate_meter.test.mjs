import assert from "node:assert/strict";
import { test } from "node:test";

import { RateMeter } from "../../camstrm/bridge/page/static/rate_meter.js";

test("a steady stream gives its rate", () => {
  const meter = new RateMeter();
  for (let ms = 0; ms <= 10_000; ms += 40) meter.add(ms);
  assert.ok(Math.abs(meter.perSecond(10_000) - 25) <= 0.5);
});

test("amounts are summed", () => {
  const meter = new RateMeter();
  for (let ms = 0; ms <= 4000; ms += 100) meter.add(ms, 500);
  assert.ok(Math.abs(meter.perSecond(4000) - 5000) <= 250);
});

test("soon after the start the rate is not too small", () => {
  const meter = new RateMeter();
  for (let ms = 0; ms < 1000; ms += 40) meter.add(ms);
  assert.ok(Math.abs(meter.perSecond(1000) - 25) <= 1);
});

test("what stops falls to zero", () => {
  const meter = new RateMeter();
  assert.equal(meter.perSecond(0), 0);
  meter.add(0);
  assert.equal(meter.perSecond(5000), 0);
});
