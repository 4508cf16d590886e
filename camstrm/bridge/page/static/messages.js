/**
 * Control messages: JSON objects named by their `type`; camstrm/wire/FORMAT.md is the
 * normative text. Unknown fields and types are ignored, missing and wrong ones are a
 * WireError.
 */

import { WireError } from "./wire.js";

/** Characters of one message; FORMAT.md counts bytes, of which there are never fewer. */
const MAX_TEXT_SIZE = 1024 * 1024;

/** With the u flag only halves of a pair match, not pairs. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Decode one text message. A type that is not known gives an object with `type` alone.
 */
export function decodeMessage(text) {
  if (text.length > MAX_TEXT_SIZE) {
    throw new WireError("control message", `size ${text.length}, ${MAX_TEXT_SIZE} at most`);
  }
  let body;
  try {
    body = JSON.parse(text, refuseLoneSurrogates);
  } catch (error) {
    throw new WireError("control message", `not JSON (${error.message})`);
  }
  if (kindOf(body) !== "an object") {
    throw new WireError("control message", `wanted a JSON object, got ${kindOf(body)}`);
  }
  if (typeof body.type !== "string") {
    throw new WireError("control message", `'type' must be a string, got ${kindOf(body.type)}`);
  }
  const decode = Object.hasOwn(MESSAGES, body.type) ? MESSAGES[body.type] : () => ({});
  return { type: body.type.slice(0, 64), ...decode(body, body.type) };
}

/** `seq` (a BigInt) and all bundles before it are decoded. */
export function encodeAck(seq) {
  // JSON.stringify refuses BigInt, and a Number would lose the last bits of a large one.
  return `{"type":"ack","seq":${seq}}`;
}

/** Ask for the pictures of these camera indices (null: all, []: none). */
export function encodeSubscribe(cameras) {
  return JSON.stringify({ type: "subscribe", cameras, max_fps: null });
}

function refuseLoneSurrogates(key, value) {
  if (LONE_SURROGATE.test(key) || (typeof value === "string" && LONE_SURROGATE.test(value))) {
    throw new Error("half of a surrogate pair");
  }
  return value;
}

function kindOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "an array";
  const kinds = { object: "an object", string: "a string", boolean: "a boolean" };
  return kinds[typeof value] ?? "a number";
}

function wrong(where, wanted, value) {
  return new WireError(where, `wanted ${wanted}, got ${kindOf(value)}`);
}

function string(value, where) {
  if (typeof value !== "string") throw wrong(where, "a string", value);
  return value;
}

function integer(value, where) {
  if (!Number.isInteger(value)) throw wrong(where, "an integer", value);
  if (value < 0 || value >= 2 ** 64) throw new WireError(where, "number out of range");
  return value;
}

function boolean(value, where) {
  if (typeof value !== "boolean") throw wrong(where, "a boolean", value);
  return value;
}

function number(value, where) {
  if (typeof value !== "number") throw wrong(where, "a number", value);
  if (value < 0 || value > 1e300) throw new WireError(where, "number out of range");
  return value;
}

const optional = (decode) => (value, where) => (value === null ? null : decode(value, where));

const array = (decode) => (value, where) => {
  if (!Array.isArray(value)) throw wrong(where, "an array", value);
  return value.map((item, position) => decode(item, `${where}[${position}]`));
};

const anyObject = (value, where) => {
  if (kindOf(value) !== "an object") throw wrong(where, "an object", value);
  return value;
};

/** `fields`: name -> [decoder] or, for a field that may be missing, [decoder, default]. */
const object = (fields) => (value, where) => {
  anyObject(value, where);
  const result = {};
  for (const [name, [decode, ...fallback]] of Object.entries(fields)) {
    if (Object.hasOwn(value, name)) {
      result[name] = decode(value[name], `${where}.${name}`);
    } else if (fallback.length > 0) {
      result[name] = fallback[0];
    } else {
      throw new WireError(where, `field '${name}' is missing`);
    }
  }
  return result;
};

const count = [integer, 0];
const rate = [number, 0];
const label = [string, ""];

const CAMERA_INFO = object({
  index: [integer],
  name: [string],
  serial: label,
  model: label,
  vendor: label,
});

const LIMITS = object({
  window: [integer, 2],
  max_message_size: [integer, 4096],
  stream_fps: [number, 30],
});

const CAMERA_STATUS = object({
  index: [integer],
  state: [integer],
  since_us: count,
  reason: label,
  pixel_format: label,
  width: count,
  height: count,
  delivered: count,
  incomplete: count,
  rejected: count,
  underrun: count,
  overwritten: count,
  gaps: count,
  encoded: count,
  missed: count,
  reconnects: count,
  restarts: count,
  grab_fps: rate,
  sent_fps: rate,
  interval_us: count,
});

const VIEWER_STATUS = object({
  id: [integer],
  sent: count,
  skipped: count,
  reason: label,
  in_flight: count,
  sent_fps: rate,
});

/** All messages of the format, also those of other crossings: one table to compare with. */
const MESSAGES = {
  hello: object({
    session: [string],
    server: label,
    protocol: [integer, 1],
    cameras: [array(CAMERA_INFO), []],
    limits: [LIMITS, LIMITS({}, "limits")],
  }),
  status: object({
    time_us: [integer],
    input: [string, "ok"],
    input_since_us: count,
    bundle_fps: rate,
    bundles: count,
    bundles_dropped: count,
    cameras: [array(CAMERA_STATUS), []],
    viewers: count,
    viewer: [optional(VIEWER_STATUS), null],
  }),
  ack: object({ seq: [integer] }),
  subscribe: object({
    cameras: [optional(array(integer)), null],
    max_fps: [optional(number), null],
  }),
  demand: object({
    cameras: [optional(array(integer)), []],
    max_fps: [optional(number), null],
    refresh: [boolean, false],
  }),
  refused: object({ reason: label }),
  goodbye: object({}),
  start: object({ settings: [anyObject] }),
  request: object({
    seq: [integer],
    cameras: [array(integer), []],
    refresh: [array(integer), []],
    quality: [integer, 100],
    halvings: count,
  }),
  report: object({
    cameras: [array(CAMERA_STATUS), []],
    infos: [array(CAMERA_INFO), []],
    heartbeats_s: [array(number), []],
    fatal: label,
  }),
  stop: object({}),
};
