import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeMessage,
  encodeAck,
  encodeCall,
  encodeSubscribe,
} from "../../camstrm/bridge/page/static/messages.js";

test("what the page sends is what the format says", () => {
  assert.deepEqual(decodeMessage(encodeAck(1234n)), { type: "ack", seq: 1234 });
  const subscribe = { type: "subscribe", cameras: [], max_fps: null, views: [], reduce: true };
  assert.deepEqual(decodeMessage(encodeSubscribe([], [])), subscribe);
  assert.deepEqual(decodeMessage(encodeSubscribe(null, [])).cameras, null);
  const view = { camera: 2, region: [8, 16, 640, 480], max_width: 1280, max_height: null, quality: 90 };
  assert.deepEqual(decodeMessage(encodeSubscribe([], [view])), { ...subscribe, views: [view] });
  const call = { id: 7, camera: 2, operation: "set", args: { feature: "Gain", value: -1.5 } };
  assert.deepEqual(decodeMessage(encodeCall(call)), {
    ...{ type: "call", id: 7, camera: 2, do: "set" },
    with: { feature: "Gain", value: -1.5 },
  });
});

test("without views the page subscribes as it always did", () => {
  assert.equal(encodeSubscribe([1], []), '{"type":"subscribe","cameras":[1],"max_fps":null}');
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
