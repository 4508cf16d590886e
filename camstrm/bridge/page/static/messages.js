/**
 * Control messages: JSON objects named by their `type`; camstrm/wire/FORMAT.md is the
 * normative text. Unknown fields and types are ignored, missing and wrong ones are a
 * WireError.
 */

import {
  anything,
  array,
  arrayWithin,
  boolean,
  integer,
  integerWithin,
  finite,
  finiteObject,
  kindOf,
  number,
  object,
  optional,
  record,
  string,
  stringWithin,
  wrong,
} from "./json_fields.js";
import { MAX_CAMERAS, WireError } from "./wire.js";

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

/**
 * `cameras` by index; null: all. `maxFps`: most bundles a second, null: all there are.
 * @type {(cameras: number[] | null, views: View[], maxFps?: number | null) => string}
 */
export function encodeSubscribe(cameras, views, maxFps = null) {
  // A server that knows no views gets the message as it always was.
  const wanted = views.length > 0 ? { views } : {};
  return JSON.stringify({ type: "subscribe", cameras, max_fps: maxFps, ...wanted });
}

/** @type {(call: Call) => string} */
export function encodeCall({ id, camera, operation, args }) {
  return JSON.stringify({ type: "call", id, camera, do: operation, with: args });
}

/** @type {(key: string, value: unknown) => unknown} */
function refuseLoneSurrogates(key, value) {
  if (LONE_SURROGATE.test(key) || (typeof value === "string" && LONE_SURROGATE.test(value))) {
    throw new Error("half of a surrogate pair");
  }
  return value;
}

/** @type {Field<number>} */
const count = [integer, 0];
/** @type {Field<number>} */
const rate = [number, 0];
/** @type {Field<string>} */
const label = [string, ""];

/** Bytes of a name in `hello` and `status`, of which there are never fewer than characters. */
const MAX_NAME = 256;
const name = stringWithin(MAX_NAME);
const utf8 = new TextEncoder();

/** @type {(where: string, whose: string, names: string[]) => void} */
function checkNames(where, whose, names) {
  const size = Math.max(...names.map((text) => utf8.encode(text).length));
  if (size > MAX_NAME) {
    throw new WireError(where, `${whose} has a name of ${size} bytes, ${MAX_NAME} at most`);
  }
}

/** @type {(where: string, what: string, values: (string | number)[]) => void} */
function checkDifferent(where, what, values) {
  const seen = new Set();
  for (const value of values) {
    if (seen.has(value)) {
      throw new WireError(where, `two cameras have the ${what} ${JSON.stringify(value)}`);
    }
    seen.add(value);
  }
}

const cameraIndex = integerWithin(0, MAX_CAMERAS - 1);

/** @type {Decoder<CameraInfo>} */
const CAMERA_INFO = object({
  index: [cameraIndex],
  name: [name],
  serial: [name, ""],
  model: [name, ""],
  vendor: [name, ""],
  rotation: count,
  mirror: [boolean, false],
});

/** @type {Decoder<Limits>} */
const LIMITS = object({
  window: [integer, 2],
  max_message_size: [integer, 4096],
  stream_fps: [number, 30],
  max_calls: count,
  max_views: count,
});

/** @type {Decoder<CameraStatus>} */
const CAMERA_STATUS = object({
  index: [cameraIndex],
  state: [integer],
  since_us: count,
  reason: label,
  pixel_format: [name, ""],
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
  reconfigured: count,
  grab_fps: rate,
  sent_fps: rate,
  interval_us: count,
  differs: count,
});

/** @type {Decoder<ViewerStatus>} */
const VIEWER_STATUS = object({
  id: [integer],
  sent: count,
  skipped: count,
  reason: label,
  in_flight: count,
  sent_fps: rate,
  name: label,
  role: label,
  reduced: count,
  window: count,
  round_trip_us: count,
  skips: [record(integer), {}],
});

/** @type {Decoder<HelloBody>} */
const HELLO_FIELDS = object({
  session: [name],
  server: [name, ""],
  protocol: [integer, 1],
  cameras: [arrayWithin(CAMERA_INFO, MAX_CAMERAS), []],
  limits: [LIMITS, LIMITS({}, "limits")],
});

/** @type {Decoder<HelloBody>} */
const HELLO = (value, where) => {
  const hello = HELLO_FIELDS(value, where);
  checkNames(where, "the sender", [hello.session, hello.server]);
  for (const { index, name, serial, model, vendor } of hello.cameras) {
    checkNames(where, `camera ${index}`, [name, serial, model, vendor]);
  }
  checkDifferent(where, "index", hello.cameras.map(({ index }) => index));
  checkDifferent(where, "name", hello.cameras.map((camera) => camera.name));
  return hello;
};

/** @type {Decoder<StatusBody>} */
const STATUS_FIELDS = object({
  time_us: [integer],
  input: [string, "ok"],
  input_since_us: count,
  bundle_fps: rate,
  bundles: count,
  bundles_dropped: count,
  cameras: [arrayWithin(CAMERA_STATUS, MAX_CAMERAS), []],
  viewers: count,
  viewer: [optional(VIEWER_STATUS), null],
});

/** @type {Decoder<StatusBody>} */
const STATUS = (value, where) => {
  const status = STATUS_FIELDS(value, where);
  checkDifferent(where, "index", status.cameras.map(({ index }) => index));
  return status;
};

/** The largest JPEG. */
const MAX_SIDE = 65500;
const side = integerWithin(1, MAX_SIDE);
const position = integerWithin(0, MAX_SIDE);

/** @type {Decoder<Region>} */
const region = (value, where) => {
  const numbers = array(anything)(value, where);
  if (numbers.length < 4) throw new WireError(where, `wanted 4 numbers, got ${numbers.length}`);
  const kinds = [position, position, side, side];
  return /** @type {Region} */ (kinds.map((kind, at) => kind(numbers[at], `${where}[${at}]`)));
};

/** @type {Decoder<View>} */
const VIEW = object({
  camera: [integer],
  region: [optional(region), null],
  max_width: [optional(side), null],
  max_height: [optional(side), null],
  quality: [optional(integerWithin(1, 100)), null],
});

/** @type {Decoder<GrantedView>} */
const GRANTED_VIEW = object({
  view: [integer],
  camera: [integer],
  region: [optional(region), null],
  refused: label,
});

/** @type {Decoder<ReplyBody>} */
const REPLY = object({
  id: [integer],
  ok: [boolean],
  result: [anything, {}],
  problem: label,
  remedy: label,
  code: label,
});

/** @type {Decoder<CameraLease>} */
const LEASE = object({
  camera: [integer],
  holder: label,
  viewer: count,
  until_us: count,
  asked_by: label,
});

/** @type {Decoder<unknown>} */
const featureValue = (value, where) => {
  finite(value, where);
  if (["boolean", "number", "string"].includes(typeof value)) return value;
  throw wrong(where, "a boolean, a number or a string", value);
};

/** @type {Decoder<string | number>} */
const selector = (value, where) => {
  if (typeof value === "string") return value;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw wrong(where, "an integer or a string", value);
  }
  if (value < -(2 ** 63) || value >= 2 ** 64) throw new WireError(where, "number out of range");
  return value;
};

const SETTING = object({
  feature: [string],
  value: [featureValue],
  selectors: [record(selector), {}],
});

/** @type {Record<string, Decoder<object>>} of all messages, to compare; a page gets few */
const MESSAGES = {
  hello: HELLO,
  status: STATUS,
  ack: object({ seq: [integer] }),
  subscribe: object({
    cameras: [optional(array(integer)), null],
    max_fps: [optional(number), null],
    views: [array(VIEW), []],
    reduce: [boolean, true],
  }),
  views: object({ views: [array(GRANTED_VIEW)] }),
  leases: object({ leases: [array(LEASE), []] }),
  call: object({ id: [integer], camera: [integer], do: [string], with: [anything, {}] }),
  reply: REPLY,
  demand: object({
    cameras: [optional(array(integer)), []],
    max_fps: [optional(number), null],
    refresh: [boolean, false],
    views: [array(VIEW), []],
  }),
  refused: object({ reason: label }),
  goodbye: object({}),
  start: object({ settings: [finiteObject] }),
  request: object({
    seq: [integer],
    cameras: [array(integer), []],
    refresh: [array(integer), []],
    quality: [integer, 100],
    halvings: count,
    views: [array(VIEW), []],
    within_us: [integer, 1000000],
  }),
  report: object({
    cameras: [array(CAMERA_STATUS), []],
    infos: [array(CAMERA_INFO), []],
    heartbeats_s: [array(number), []],
    fatal: label,
  }),
  live: object({ camera: [integer], settings: [array(SETTING), []] }),
  stop: object({}),
};
