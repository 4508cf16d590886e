import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { checkPicture, costlyKind, readJpegSize } from "../../camstrm/bridge/page/static/jpeg.js";

const jpeg = (name) => readFileSync(new URL(`../vectors/jpeg/${name}.jpg`, import.meta.url));

/** A JPEG's first bytes: APP0, a fill byte, and a start of frame of this size. */
function jpegOf(width, height, marker = 0xc0) {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return Uint8Array.of(
    ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0x4a, 0x46],
    ...[0xff, 0xff, marker, 0, 17, 8, ...size, 3, 1, 0x22, 0],
  );
}

test("the size of real JPEGs", () => {
  assert.deepEqual(readJpegSize(jpeg("grey_64x48")), { width: 64, height: 48 });
  assert.deepEqual(readJpegSize(jpeg("colour444_83x72")), { width: 83, height: 72 });
});

test("progressive, fill bytes, large sizes", () => {
  assert.deepEqual(readJpegSize(jpegOf(65535, 300, 0xc2)), { width: 65535, height: 300 });
});

test("a Huffman table is no start of frame", () => {
  assert.throws(() => readJpegSize(jpegOf(64, 48, 0xc4)), /without a size/);
});

test("cut anywhere, the size is right or refused", () => {
  const whole = jpeg("grey_64x48");
  for (let length = 0; length < whole.length; length += 1) {
    try {
      assert.deepEqual(readJpegSize(whole.subarray(0, length)), { width: 64, height: 48 });
    } catch (error) {
      assert.match(error.message, /not a JPEG|without a size/);
    }
  }
});

test("a segment of size 0 does not hang", () => {
  const bytes = new Uint8Array(1000).fill(0);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
  assert.throws(() => readJpegSize(bytes), /without a size/);
});

test("the JPEG must be what the header announces", () => {
  const frame = { encoding: 1, width: 64, height: 48, payload: jpegOf(64, 48) };
  checkPicture(frame);
  assert.throws(() => checkPicture({ ...frame, width: 63 }), /64×48, its header says 63×48/);
  assert.throws(() => checkPicture({ ...frame, encoding: 9 }), /encoding 9/);
});

test("a picture beyond the limit is refused although the header agrees", () => {
  const frame = { encoding: 1, width: 8001, height: 8000, payload: jpegOf(8001, 8000) };
  assert.throws(() => checkPicture(frame), /larger than 64 megapixels/);
  checkPicture({ ...frame, width: 8000, payload: jpegOf(8000, 8000) });
});

test("real JPEGs are of the cheap kind", () => {
  assert.equal(costlyKind(jpeg("grey_64x48")), "");
  assert.equal(costlyKind(jpeg("colour444_83x72")), "");
});

test("a progressive JPEG is refused", () => {
  const frame = { encoding: 1, width: 64, height: 48, payload: jpegOf(64, 48, 0xc2) };
  assert.throws(() => checkPicture(frame), /a JPEG that is progressive; wanted a sequential/);
  assert.equal(costlyKind(jpegOf(64, 48, 0xc9)), "arithmetic");
  assert.equal(costlyKind(jpegOf(64, 48, 0xcf)), "of process 15");
});

test("a JPEG in several scans is refused", () => {
  const bytes = Uint8Array.from(jpeg("colour444_83x72"));
  const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda);
  bytes[scan + 4] = 1;
  assert.equal(costlyKind(bytes), "in several scans");
});

test("endless segments are refused soon", () => {
  const bytes = new Uint8Array(100_000).fill(0xff);
  bytes[1] = 0xd8;
  assert.equal(costlyKind(bytes), "of more than 200 segments");
});
