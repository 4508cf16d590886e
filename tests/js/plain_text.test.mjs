/** Texts of a server, held to the vectors that the Qt viewer is held to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_SHOWN, plainMessage, plainText } from "../../camstrm/bridge/page/static/model/plain_text.js";
import { vectors } from "./viewing.mjs";

const { texts, longest } = vectors("plain_text");

test("what cannot be seen becomes a sign, what is too long is cut", () => {
  assert.equal(MAX_SHOWN, longest);
  for (const [text, most, shown] of texts) assert.equal(plainText(text, most), shown, JSON.stringify(text));
  assert.equal(plainText("a\ud800b"), "a\ufffdb", "half of a pair");
  assert.equal(plainText("x".repeat(5000)), `${"x".repeat(1999)}…`);
});

test("all texts of a message are plain, and what an operation gave is as it came", () => {
  const file = `${"x".repeat(5000)}\u202e`;
  const message = { type: "hello", seq: 7n, cameras: [{ name: "a\u202eb", index: 0 }], viewer: null, result: { file } };
  assert.deepEqual(plainMessage(message), {
    ...message,
    cameras: [{ name: "a\ufffdb", index: 0 }],
  });
});
