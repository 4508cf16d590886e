import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ServerClock } from "../../camstrm/bridge/page/static/server_clock.js";

const MS = 1000;
const S = 1000 * MS;

test("nothing is known before the first message", () => {
  assert.equal(new ServerClock().ageMs(0, 0), null);
});

test("the quickest message counts, whatever the clocks show", () => {
  for (const difference of [-3600 * S, 0, 5 * S]) {
    const clock = new ServerClock();
    for (const delay of [40 * MS, 2 * MS, 900 * MS]) {
      clock.observe(1000 * S, 1000 * S + difference + delay);
    }
    // Captured at 1000 s of the server's clock, seen 52 ms later: 2 ms are the smallest delay.
    assert.equal(clock.ageMs(1000 * S, 1000 * S + difference + 52 * MS), 50);
  }
});

test("an age is never negative", () => {
  const clock = new ServerClock();
  clock.observe(0, 0);
  assert.equal(clock.ageMs(10 * S, 5 * S), 0);
});

const FILE = new URL("../vectors/viewing/clock.json", import.meta.url);

for (const { name, steps } of JSON.parse(readFileSync(FILE, "utf-8")).sessions) {
  test(name, () => {
    const clock = new ServerClock();
    for (const { observe, age, ms } of steps) {
      if (observe) clock.observe(...observe);
      else if (ms === null) assert.equal(clock.ageMs(...age), null);
      else assert.ok(Math.abs(clock.ageMs(...age) - ms) < 0.01, `${clock.ageMs(...age)}, not ${ms}`);
    }
  });
}

test("drift is followed: the minimum is of the last minute", () => {
  const clock = new ServerClock();
  clock.observe(100 * S, 100 * S);
  for (let second = 101; second < 170; second += 1) clock.observe((second - 1) * S, second * S);
  assert.equal(clock.ageMs(168 * S, 169 * S), 0);
});

test("a reset forgets everything", () => {
  const clock = new ServerClock();
  clock.observe(0, 0);
  clock.reset();
  assert.equal(clock.ageMs(0, 0), null);
});
