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

/** @type {(text: string) => Message} one of an unknown type has its `type` alone */
export function decodeMessage(text) {
  if (text.length > MAX_TEXT_SIZE) {
    throw new WireError("control message", `size ${text.length}, ${MAX_TEXT_SIZE} at most`);
  }
  let body;
  try {
    body = JSON.parse(text, refuseLoneSurrogates);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new WireError("control message", `not JSON (${message})`);
  }
  if (kindOf(body) !== "an object") {
    throw new WireError("control message", `wanted a JSON object, got ${kindOf(body)}`);
  }
  if (typeof body.type !== "string") {
    throw new WireError("control message", `'type' must be a string, got ${kindOf(body.type)}`);
  }
  const decode = Object.hasOwn(MESSAGES, body.type) ? MESSAGES[body.type] : () => ({});
  const type = body.type.slice(0, 64);
  return /** @type {Message} */ ({ type, ...decode(body, body.type) });
}

/** @param {bigint} seq this bundle and all before it are decoded */
export function encodeAck(seq) {
  // JSON.stringify refuses BigInt, and a Number would lose the last bits of a large one.
  return `{"type":"ack","seq":${seq}}`;
}

/** @param {number[] | null} cameras by index; null: all */
export function encodeSubscribe(cameras) {
  return JSON.stringify({ type: "subscribe", cameras, max_fps: null });
}

/** @type {(key: string, value: unknown) => unknown} */
function refuseLoneSurrogates(key, value) {
  if (LONE_SURROGATE.test(key) || (typeof value === "string" && LONE_SURROGATE.test(value))) {
    throw new Error("half of a surrogate pair");
  }
  return value;
}

/** @param {unknown} value */
function kindOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "an array";
  /** @type {Record<string, string>} */
  const kinds = { object: "an object", string: "a string", boolean: "a boolean" };
  return kinds[typeof value] ?? "a number";
}

/** @type {(where: string, wanted: string, value: unknown) => WireError} */
function wrong(where, wanted, value) {
  return new WireError(where, `wanted ${wanted}, got ${kindOf(value)}`);
}

/** @type {Decoder<string>} */
function string(value, where) {
  if (typeof value !== "string") throw wrong(where, "a string", value);
  return value;
}

/** @type {Decoder<number>} */
function integer(value, where) {
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrong(where, "an integer", value);
  if (value < 0 || value >= 2 ** 64) throw new WireError(where, "number out of range");
  return value;
}

/** @type {Decoder<boolean>} */
function boolean(value, where) {
  if (typeof value !== "boolean") throw wrong(where, "a boolean", value);
  return value;
}

/** @type {Decoder<number>} */
function number(value, where) {
  if (typeof value !== "number") throw wrong(where, "a number", value);
  if (value < 0 || value > 1e300) throw new WireError(where, "number out of range");
  return value;
}

/** @type {<T>(decode: Decoder<T>) => Decoder<T | null>} */
const optional = (decode) => (value, where) => (value === null ? null : decode(value, where));

/** @type {<T>(decode: Decoder<T>) => Decoder<T[]>} */
const array = (decode) => (value, where) => {
  if (!Array.isArray(value)) throw wrong(where, "an array", value);
  return value.map((item, position) => decode(item, `${where}[${position}]`));
};

/** @type {Decoder<Record<string, unknown>>} */
const anyObject = (value, where) => {
  if (kindOf(value) !== "an object") throw wrong(where, "an object", value);
  return /** @type {Record<string, unknown>} */ (value);
};

/** @type {<T>(fields: {[Name in keyof T]: Field<T[Name]>}) => Decoder<T>} */
const object = (fields) => (value, where) => {
  const given = anyObject(value, where);
  /** @type {any} */
  const result = {};
  for (const [name, field] of Object.entries(fields)) {
    const [decode, ...fallback] = /** @type {Field<unknown>} */ (field);
    if (Object.hasOwn(given, name)) {
      result[name] = decode(given[name], `${where}.${name}`);
    } else if (fallback.length > 0) {
      result[name] = fallback[0];
    } else {
      throw new WireError(where, `field '${name}' is missing`);
    }
  }
  return result;
};

/** @type {Field<number>} */
const count = [integer, 0];
/** @type {Field<number>} */
const rate = [number, 0];
/** @type {Field<string>} */
const label = [string, ""];

/** @type {Decoder<CameraInfo>} */
const CAMERA_INFO = object({
  index: [integer],
  name: [string],
  serial: label,
  model: label,
  vendor: label,
});

/** @type {Decoder<Limits>} */
const LIMITS = object({
  window: [integer, 2],
  max_message_size: [integer, 4096],
  stream_fps: [number, 30],
});

/** @type {Decoder<CameraStatus>} */
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

/** @type {Decoder<ViewerStatus>} */
const VIEWER_STATUS = object({
  id: [integer],
  sent: count,
  skipped: count,
  reason: label,
  in_flight: count,
  sent_fps: rate,
});

/** @type {Decoder<HelloBody>} */
const HELLO = object({
  session: [string],
  server: label,
  protocol: [integer, 1],
  cameras: [array(CAMERA_INFO), []],
  limits: [LIMITS, LIMITS({}, "limits")],
});

/** @type {Decoder<StatusBody>} */
const STATUS = object({
  time_us: [integer],
  input: [string, "ok"],
  input_since_us: count,
  bundle_fps: rate,
  bundles: count,
  bundles_dropped: count,
  cameras: [array(CAMERA_STATUS), []],
  viewers: count,
  viewer: [optional(VIEWER_STATUS), null],
});

/** @type {Record<string, Decoder<object>>} of all messages, to compare; a page gets few */
const MESSAGES = {
  hello: HELLO,
  status: STATUS,
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
