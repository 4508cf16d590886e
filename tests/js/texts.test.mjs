import assert from "node:assert/strict";
import { test } from "node:test";

import { has, say, useTexts } from "../../camstrm/bridge/page/static/texts.js";

test("values are filled in once, and one thing has a text of its own", () => {
  useTexts({ a: "{x} and {y}", b: "{count} cameras", "b.one": "one camera" });
  assert.equal(say("a", { x: "{y}", y: 2 }), "{y} and 2");
  assert.equal(say("a", { x: "$&" }), "$& and {y}");
  assert.deepEqual(
    [0, 1, 2].map((count) => say("b", { count })),
    ["0 cameras", "one camera", "2 cameras"],
  );
  assert.throws(() => say("c"), /no text c/);
  assert.deepEqual([has("a"), has("toString")], [true, false]);
});
