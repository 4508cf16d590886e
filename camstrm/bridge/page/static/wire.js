/**
 * FrameBundle decoder; camstrm/wire/FORMAT.md is the normative text.
 *
 * Any input gives a bundle or a WireError, nothing else. Fields carry the names of
 * FORMAT.md. 64-bit fields are BigInt, because a frame number or a camera's clock in
 * nanoseconds does not fit a double.
 */

export const CameraState = Object.freeze({
  CLOSED: 0,
  OPENING: 1,
  STREAMING: 2,
  STALLED: 3,
  LOST: 4,
  BACKING_OFF: 5,
  UNSUPPORTED: 6,
  WAITING_FOR_TRIGGER: 7,
  RECONFIGURING: 8,
});

export const Encoding = Object.freeze({ NONE: 0, JPEG: 1 });

const MAGIC = "CSFB";
const VERSION = 1;
const BUNDLE_HEADER_SIZE = 32;
const CAMERA_HEADER_SIZE = 72;
const VIEW_HEADER_SIZE = 96;
export const MAX_CAMERAS = 256;
const MAX_BUNDLE_SIZE = 64 * 1024 * 1024;

/** Bytes or text that do not follow the wire format. */
export class WireError extends Error {
  /** @param {string} what the part that is wrong @param {string} problem */
  constructor(what, problem) {
    super(`${what}: ${problem}`);
    this.name = "WireError";
  }
}

/** @type {(bytes: Bytes) => Bundle} payloads are views into the bytes, not copies */
export function decodeBundle(bytes) {
  const what = "FrameBundleHeader";
  if (bytes.byteLength < BUNDLE_HEADER_SIZE) {
    throw new WireError(what, `${bytes.byteLength} bytes, wanted ${BUNDLE_HEADER_SIZE}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== MAGIC) {
    throw new WireError(what, `magic ${JSON.stringify(magic)}, wanted "${MAGIC}"`);
  }
  const version = view.getUint8(4);
  if (version !== VERSION) {
    throw new WireError(what, `version ${version}, wanted ${VERSION}`);
  }
  const headerSize = view.getUint16(6, true);
  if (headerSize < BUNDLE_HEADER_SIZE) {
    throw new WireError(what, `header size ${headerSize}, wanted >= ${BUNDLE_HEADER_SIZE}`);
  }
  const count = view.getUint16(8, true);
  if (count > MAX_CAMERAS) {
    throw new WireError(what, `${count} cameras, ${MAX_CAMERAS} at most`);
  }
  const total = view.getUint32(12, true);
  if (total > MAX_BUNDLE_SIZE) {
    throw new WireError(what, `total size ${total}, ${MAX_BUNDLE_SIZE} at most`);
  }
  if (total !== bytes.byteLength) {
    throw new WireError(what, `total size ${total}, message has ${bytes.byteLength} bytes`);
  }
  if (headerSize > total) {
    throw new WireError(what, `header size ${headerSize}, message has ${total} bytes`);
  }
  const frames = [];
  let offset = headerSize;
  for (let position = 0; position < count; position += 1) {
    const [frame, end] = decodeFrame(bytes, view, offset, position);
    frames.push(frame);
    offset = end;
  }
  if (offset !== total) {
    throw new WireError("FrameBundle", `${total - offset} bytes after the last camera`);
  }
  return {
    seq: view.getBigUint64(16, true),
    timestamp_us: view.getBigUint64(24, true),
    frames,
  };
}

/**
 * The frame whose header begins at `offset`, and where it ends; `position` is in the bundle.
 * @type {(bytes: Bytes, view: DataView, offset: number, position: number) => [Frame, number]}
 */
function decodeFrame(bytes, view, offset, position) {
  const what = `CameraFrameHeader ${position}`;
  const left = bytes.byteLength - offset;
  if (left < CAMERA_HEADER_SIZE) {
    throw new WireError(what, `${left} bytes left, wanted ${CAMERA_HEADER_SIZE}`);
  }
  const headerSize = view.getUint16(offset, true);
  if (headerSize < CAMERA_HEADER_SIZE) {
    throw new WireError(what, `header size ${headerSize}, wanted >= ${CAMERA_HEADER_SIZE}`);
  }
  const start = offset + headerSize;
  const end = start + view.getUint32(offset + 8, true);
  if (end > bytes.byteLength) {
    throw new WireError(what, `payload ends at ${end}, message has ${bytes.byteLength} bytes`);
  }
  const number =
    headerSize >= VIEW_HEADER_SIZE ? view.getUint32(offset + CAMERA_HEADER_SIZE, true) : 0;
  /** @param {number} at */
  const ofView = (at) => (number === 0 ? 0 : view.getUint32(offset + at, true));
  const frame = {
    camera_index: view.getUint16(offset + 2, true),
    state: view.getUint8(offset + 4),
    encoding: view.getUint8(offset + 5),
    flags: view.getUint16(offset + 6, true),
    pixel_format: view.getUint32(offset + 12, true),
    frame_id: view.getBigUint64(offset + 16, true),
    device_timestamp_ns: view.getBigUint64(offset + 24, true),
    capture_time_us: view.getBigUint64(offset + 32, true),
    encoded_time_us: view.getBigUint64(offset + 40, true),
    state_since_us: view.getBigUint64(offset + 48, true),
    width: view.getUint32(offset + 56, true),
    height: view.getUint32(offset + 60, true),
    source_width: view.getUint32(offset + 64, true),
    source_height: view.getUint32(offset + 68, true),
    view: number,
    x: ofView(80),
    y: ofView(84),
    region_width: ofView(88),
    region_height: ofView(92),
    payload: bytes.subarray(start, end),
  };
  return [frame, end];
}
