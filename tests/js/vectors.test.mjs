import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";

import * as messages from "../../camstrm/bridge/page/static/messages.js";
import * as wire from "../../camstrm/bridge/page/static/wire.js";
import { NOT_HELD, checkVector } from "./vector_check.mjs";

const VECTORS = new URL("../vectors/", import.meta.url);

for (const folder of ["bundles", "messages", "bad/bundles", "bad/messages"]) {
  describe(folder, () => {
    const files = readdirSync(new URL(folder, VECTORS)).filter((file) => file.endsWith(".json"));
    test("there are vectors", () => assert.ok(files.length > 5));
    for (const file of files) {
      const name = file.replace(".json", "");
      const skip = NOT_HELD.includes(`${folder}/${name}`) && "JSON.parse cannot tell";
      test(name, { skip }, () => {
        const expected = JSON.parse(readFileSync(new URL(`${folder}/${file}`, VECTORS)));
        const hex = folder.endsWith("bundles")
          ? readFileSync(new URL(`${folder}/${name}.bin`, VECTORS)).toString("hex")
          : "";
        const problem = checkVector({ ...messages, ...wire }, { folder, name, expected, hex });
        assert.equal(problem, "");
      });
    }
  });
}
