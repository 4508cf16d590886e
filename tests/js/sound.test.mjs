/** The tones of a lost camera, on an AudioContext that only writes down what is played. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Settings } from "../../camstrm/bridge/page/static/model/settings.js";
import { Sound } from "../../camstrm/bridge/page/static/shell/sound.js";

/** What was played: hertz, begin and end in seconds. @type {[number, number, number][]} */
let played;
let contexts;

class FakeContext {
  currentTime = 10;
  state = "suspended";
  destination = {};
  constructor() {
    contexts.push(this);
  }
  async resume() {
    this.state = "running";
  }
}

class FakeNode {
  gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
  constructor(_context, { frequency } = {}) {
    this.frequency = frequency;
  }
  connect(next) {
    return next;
  }
  start(at) {
    this.begin = at;
  }
  stop(at) {
    played.push([this.frequency, this.begin, at]);
  }
}

beforeEach(() => {
  played = [];
  contexts = [];
  Object.assign(globalThis, { AudioContext: FakeContext, OscillatorNode: FakeNode, GainNode: FakeNode });
});

function settingsWith(on) {
  const settings = new Settings(null);
  settings.set("sound", on);
  return settings;
}

test("what is lost falls, what is back rises, one tone after the other", () => {
  const sound = new Sound(settingsWith(true));
  sound.play(true);
  const [[high, begin, end], [low, next]] = played;
  assert.ok(high > low);
  assert.equal(begin, 10);
  assert.equal(end, next);
  played = [];
  sound.play(false);
  assert.ok(played[0][0] < played[1][0]);
  assert.equal(contexts.length, 1, "browsers allow few of them");
  assert.equal(contexts[0].state, "running", "one that waited for a click goes on");
});

test("nothing is played, and nothing made, while nobody wants it; switching it on is heard", () => {
  const settings = settingsWith(false);
  const sound = new Sound(settings);
  sound.play(true);
  assert.deepEqual([played, contexts], [[], []]);
  settings.set("sound", true);
  assert.equal(played.length, 2);
  settings.set("sound", false);
  sound.play(true);
  assert.equal(played.length, 2);
});
