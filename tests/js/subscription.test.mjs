import assert from "node:assert/strict";
import { test } from "node:test";

import { Subscription } from "../../camstrm/bridge/page/static/subscription.js";

class System {
  nowMs = 1000;
  timers = [];
  performance = { now: () => this.nowMs };
  setTimeout = (run, delayMs) => this.timers.push({ run, atMs: this.nowMs + delayMs });

  pass(ms) {
    this.nowMs += ms;
    const due = this.timers.filter(({ atMs }) => atMs <= this.nowMs);
    this.timers = this.timers.filter(({ atMs }) => atMs > this.nowMs);
    for (const { run } of due) run();
  }
}

function rig() {
  const system = new System();
  const sent = [];
  const state = { wishes: [], all: true };
  const subscription = new Subscription(
    (text) => sent.push(JSON.parse(text)),
    () => subscription.update(state.wishes, state.all),
    system,
  );
  subscription.reset();
  return { system, sent, state, subscription };
}

const part = (x) => ({ region: [x, 0, 64, 64], max_width: 80, max_height: 80, quality: 95 });
const small = { region: null, max_width: 320, max_height: 240, quality: null };
const whole = (camera) => ({ camera, view: null });
const granted = (view, camera) => ({ view, camera, region: null, refused: "" });
const refused = (camera, why) => ({ view: 0, camera, region: null, refused: why });

test("what a new viewer gets is not asked for", () => {
  const { sent, subscription } = rig();
  subscription.update([], true);
  subscription.update([whole(0), whole(1)], true);
  assert.deepEqual(sent, []);
  subscription.update([whole(1)], false);
  subscription.update([whole(1)], false);
  subscription.update([], false);
  assert.deepEqual(sent.map(({ cameras }) => cameras), [[1], []]);
});

test("a part comes beside the whole picture, a small picture instead of it", () => {
  const { sent, subscription } = rig();
  subscription.update([{ camera: 0, view: part(8) }, whole(1)], true);
  assert.equal(sent[0].cameras, null);
  assert.deepEqual(sent[0].views, [{ camera: 0, ...part(8) }]);
  subscription.update([{ camera: 0, view: small }, whole(1)], true);
  assert.deepEqual(sent[1].cameras, [1]);
  assert.deepEqual(sent[1].views, [{ camera: 0, ...small }]);
});

test("only granted views are shown, and none that was given up", () => {
  const { subscription } = rig();
  assert.equal(subscription.wants({ view: 0 }), true);
  assert.equal(subscription.wants({ view: 7 }), false);
  subscription.update([{ camera: 0, view: part(8) }], true);
  subscription.answered([granted(7, 0)]);
  subscription.update([{ camera: 0, view: part(16) }], true);
  assert.equal(subscription.wants({ view: 7 }), true, "the new one is not answered yet");
  subscription.answered([granted(8, 0)]);
  assert.deepEqual([7, 8].map((view) => subscription.wants({ view })), [false, true]);
  subscription.update([whole(0)], true);
  assert.equal(subscription.wants({ view: 8 }), false);
});

test("a part is one even if it shows all", () => {
  const { subscription } = rig();
  subscription.update([{ camera: 0, view: part(0) }, { camera: 1, view: small }], true);
  subscription.answered([{ ...granted(7, 0), region: [0, 0, 64, 64] }, granted(8, 1)]);
  assert.deepEqual([7, 8, 0].map((view) => subscription.isPart({ view })), [true, false, false]);
});

test("a refusal is said once, and the whole picture comes instead", () => {
  const { system, sent, state, subscription } = rig();
  state.wishes = [{ camera: 0, view: small }, whole(1)];
  subscription.update(state.wishes, true);
  assert.deepEqual(sent[0].cameras, [1]);
  const why = "8 different views are watched already";
  assert.deepEqual(subscription.answered([refused(0, why)]), [refused(0, why)]);
  system.pass(300);
  assert.equal(sent[1].cameras, null);
  assert.equal(sent[1].views.length, 1, "it may be granted later");
  assert.deepEqual(subscription.answered([refused(0, why)]), [], "said already");
  assert.equal(subscription.answered([refused(0, "another reason")]).length, 1);
  subscription.answered([granted(7, 0)]);
  system.pass(300);
  assert.deepEqual(sent[2].cameras, [1], "granted after all");
});

test("who moves the picture asks for five views a second at most, and for the last one", () => {
  const { system, sent, state, subscription } = rig();
  for (let ms = 0; ms < 1000; ms += 10) {
    state.wishes = [{ camera: 0, view: part(8 * (ms / 10)) }];
    subscription.updateSoon();
    system.pass(10);
  }
  system.pass(1000);
  assert.ok(sent.length >= 4 && sent.length <= 6, `${sent.length} messages`);
  assert.deepEqual(sent.at(-1).views[0].region, [792, 0, 64, 64]);
  assert.equal(system.timers.length, 0);
});

test("a new connection begins with what a new viewer gets", () => {
  const { sent, subscription } = rig();
  subscription.update([{ camera: 0, view: part(8) }], true);
  subscription.answered([granted(7, 0)]);
  subscription.reset();
  assert.equal(subscription.wants({ view: 7 }), false);
  subscription.update([whole(0)], true);
  assert.equal(sent.length, 1);
  subscription.update([{ camera: 0, view: part(8) }], true);
  assert.equal(sent.length, 2);
});
