import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureDecoder } from "../../camstrm/bridge/page/static/picture_decoder.js";

/** A decoder whose decodes end when the test says so. */
function scripted() {
  const log = [];
  const running = [];
  const decoder = new PictureDecoder({
    decode: (frame) =>
      new Promise((resolve, reject) => {
        log.push(`decode ${frame}`);
        running.push({ finish: () => resolve(`bitmap ${frame}`), fail: reject });
      }),
    onPicture: (bitmap) => log.push(bitmap),
    onDamage: (error) => log.push(error.message),
  });
  const offer = (frame) => decoder.offer(frame, () => log.push(`settled ${frame}`));
  return { decoder, log, running, offer };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("one decode at a time, the newest waits, the one between is replaced", async () => {
  const { decoder, log, running, offer } = scripted();
  offer(1);
  offer(2);
  offer(3);
  assert.deepEqual(log, ["decode 1", "settled 2"]);
  running[0].finish();
  await turn();
  assert.deepEqual(log.slice(2), ["bitmap 1", "settled 1", "decode 3"]);
  running[1].finish();
  await turn();
  assert.deepEqual(log.slice(5), ["bitmap 3", "settled 3"]);
  assert.equal(decoder.replaced, 1);
});

test("a damaged picture is settled, counted, and the next one is decoded", async () => {
  const { decoder, log, running, offer } = scripted();
  offer(1);
  running[0].fail(new Error("torn"));
  await turn();
  offer(2);
  running[1].finish();
  await turn();
  assert.deepEqual(log, ["decode 1", "torn", "settled 1", "decode 2", "bitmap 2", "settled 2"]);
  assert.equal(decoder.damaged, 1);
});
