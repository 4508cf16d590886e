/** JPEG payloads: check what they will cost, then decode them off the main thread. */

import { Encoding } from "./wire.js";

/** Pixels of the largest picture that is decoded; memory follows the JPEG's own header. */
const MAX_PIXELS = 64_000_000;
/** A camera's picture has about ten before its scan. */
const MAX_SEGMENTS = 200;
/** @type {Record<number, string>} by the marker of the start of frame (ITU-T T.81, table B.1) */
const PROCESSES = { 0xc2: "progressive", 0xc9: "arithmetic", 0xca: "progressive arithmetic" };

/** @param {Frame} frame gives an ImageBitmap that the caller must close() */
export async function decodePicture(frame) {
  checkPicture(frame);
  return createImageBitmap(new Blob([frame.payload], { type: "image/jpeg" }));
}

/** @param {Frame} frame an Error says why its payload is not the picture that it announces */
export function checkPicture(frame) {
  if (frame.encoding !== Encoding.JPEG) {
    throw new Error(`encoding ${frame.encoding} is not known`);
  }
  const { width, height } = readJpegSize(frame.payload);
  if (width !== frame.width || height !== frame.height) {
    throw new Error(
      `JPEG of ${width}×${height}, its header says ${frame.width}×${frame.height}`,
    );
  }
  if (width * height > MAX_PIXELS) {
    throw new Error(`JPEG of ${width}×${height} is larger than ${MAX_PIXELS / 1e6} megapixels`);
  }
  const kind = costlyKind(frame.payload);
  if (kind !== "") {
    throw new Error(`a JPEG that is ${kind}; wanted a sequential one in one scan`);
  }
}

/**
 * Why a JPEG must not be decoded: "progressive", "in several scans", ...; else "". A decoder goes
 * over all coefficients of a picture with each of its scans, and keeps them all; camstrm never
 * sends such. What is no JPEG is for others to say.
 * @param {Bytes} bytes
 */
export function costlyKind(bytes) {
  let components = 0;
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    if (at + 4 > bytes.length || bytes[at] !== 0xff) return "";
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1; // fill byte, B.1.1.2
      continue;
    }
    if (marker === 0xda) return bytes[at + 4] === components ? "" : "in several scans";
    if (isStartOfFrame(marker)) {
      if (marker > 0xc1) return PROCESSES[marker] ?? `of process ${marker - 0xc0}`;
      components = bytes[at + 9];
    }
    at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
  }
  return `of more than ${MAX_SEGMENTS} segments`;
}

/** @param {Bytes} bytes the first start-of-frame segment has the size (ITU-T T.81, B.2.2) */
export function readJpegSize(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
    throw new Error("not a JPEG");
  }
  let offset = 2;
  while (offset + 9 <= bytes.length) {
    if (bytes[offset] !== 0xff) break;
    const marker = bytes[offset + 1];
    if (marker === 0xff) {
      offset += 1; // fill byte, B.1.1.2
      continue;
    }
    if (isStartOfFrame(marker)) {
      return {
        height: (bytes[offset + 5] << 8) | bytes[offset + 6],
        width: (bytes[offset + 7] << 8) | bytes[offset + 8],
      };
    }
    offset += 2 + ((bytes[offset + 2] << 8) | bytes[offset + 3]);
  }
  throw new Error("JPEG without a size");
}

/** @param {number} marker */
function isStartOfFrame(marker) {
  // SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC), which are among them.
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
