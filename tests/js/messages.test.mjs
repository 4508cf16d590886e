import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeMessage, encodeAck, encodeSubscribe } from "../../camstrm/bridge/page/static/messages.js";

test("what the page sends is what the format says", () => {
  assert.deepEqual(decodeMessage(encodeAck(1234n)), { type: "ack", seq: 1234 });
  assert.deepEqual(decodeMessage(encodeSubscribe([])), {
    type: "subscribe",
    cameras: [],
    max_fps: null,
  });
  assert.deepEqual(decodeMessage(encodeSubscribe(null)).cameras, null);
});

test("an ack keeps all digits of a large seq", () => {
  assert.equal(encodeAck(2n ** 64n - 1n), '{"type":"ack","seq":18446744073709551615}');
});

test("names of Object.prototype are no message types and no fields", () => {
  assert.deepEqual(decodeMessage('{"type":"constructor"}'), { type: "constructor" });
  assert.throws(() => decodeMessage('{"type":"ack","__proto__":{"seq":1}}'), /'seq' is missing/);
});

test("a text beyond the limit is refused before it is parsed", () => {
  assert.throws(() => decodeMessage(" ".repeat(1024 * 1024 + 1)), /1048577, 1048576 at most/);
});
