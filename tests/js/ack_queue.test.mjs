import assert from "node:assert/strict";
import { test } from "node:test";

import { AckQueue } from "../../camstrm/bridge/page/static/ack_queue.js";

function queueAndSent() {
  const sent = [];
  return [new AckQueue((seq) => sent.push(seq)), sent];
}

test("a bundle without pictures is acknowledged at once", () => {
  const [acks, sent] = queueAndSent();
  acks.begin(1n, 0);
  assert.deepEqual(sent, [1n]);
});

test("a bundle is acknowledged after its last picture", () => {
  const [acks, sent] = queueAndSent();
  const settled = acks.begin(1n, 2);
  settled();
  assert.deepEqual(sent, []);
  settled();
  assert.deepEqual(sent, [1n]);
});

test("an ack never overtakes the bundle before it, and speaks for both", () => {
  const [acks, sent] = queueAndSent();
  const first = acks.begin(1n, 1);
  const second = acks.begin(2n, 1);
  second();
  assert.deepEqual(sent, []);
  first();
  assert.deepEqual(sent, [2n]);
});

test("after a reset late pictures of the old connection acknowledge nothing", () => {
  const [acks, sent] = queueAndSent();
  const old = acks.begin(900n, 1);
  acks.reset();
  const settled = acks.begin(1n, 1);
  old();
  assert.deepEqual(sent, []);
  settled();
  assert.deepEqual(sent, [1n]);
});
