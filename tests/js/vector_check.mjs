/**
 * Compares the page's decoders with one golden vector of tests/vectors; runs under node
 * and in a browser. `vector`: { folder, name, expected (its JSON), hex (its bytes) }.
 * Gives "" or what is wrong.
 */

/** JSON.parse does not tell 1.0 from 1, so the page cannot refuse it. */
export const NOT_HELD = ["bad/messages/integer_real"];

export function checkVector(page, vector) {
  const { folder, expected } = vector;
  if (folder === "bundles") return different(bundleAsJson(decodeBundle(page, vector)), expected);
  if (folder === "messages") {
    const message = page.decodeMessage(expected.text);
    if (expected.expected === null) return different(Object.keys(message), ["type"]);
    return different(message, expected.expected);
  }
  try {
    if (folder === "bad/bundles") decodeBundle(page, vector);
    else page.decodeMessage(expected.text ?? decodeText(page, vector.expected.hex));
  } catch (error) {
    if (!(error instanceof page.WireError)) return `not a WireError: ${error}`;
    const where = error.message.slice(0, expected.where.length + 1);
    return where === `${expected.where}:` ? "" : `blames ${error.message}`;
  }
  return `accepted, but ${expected.reason}`;
}

function decodeBundle(page, vector) {
  // Not at offset 0 of its buffer, as the decoder must not count on it.
  const bytes = bytesOfHex(vector.hex);
  const held = new Uint8Array(bytes.length + 3);
  held.set(bytes, 3);
  return page.decodeBundle(held.subarray(3));
}

/** What a WebSocket does before the page sees a text message (RFC 6455, 8.1). */
function decodeText(page, hex) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOfHex(hex));
  } catch {
    throw new page.WireError("control message", "not UTF-8");
  }
}

function bytesOfHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Under the names of FORMAT.md, 64-bit numbers as text, payloads as hexadecimal digits. */
export function bundleAsJson({ seq, timestamp_us, frames }) {
  return {
    bundle: { seq: String(seq), timestamp_us: String(timestamp_us), camera_count: frames.length },
    cameras: frames.map((frame) => ({
      ...Object.fromEntries(
        Object.entries(frame).map(([name, value]) => [
          name,
          typeof value === "bigint" ? String(value) : value,
        ]),
      ),
      payload: Array.from(frame.payload, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    })),
  };
}

/** Where `got` is not what `wanted` says; members of `wanted` that `got` leaves out are sizes. */
function different(got, wanted, where = "") {
  if (typeof got !== "object" || got === null) {
    return Object.is(got, wanted) ? "" : `${where}: ${got}, wanted ${wanted}`;
  }
  if (Array.isArray(got) && got.length !== wanted.length) {
    return `${where}: ${got.length} items, wanted ${wanted.length}`;
  }
  for (const name of Object.keys(got)) {
    const problem = different(got[name], wanted[name], `${where}.${name}`);
    if (problem) return problem;
  }
  const left = Object.keys(wanted).filter((name) => !(name in got) && !IMPLIED.has(name));
  return left.length > 0 ? `${where}: without ${left}` : "";
}

/** Members of a vector's JSON that a decoded bundle does not repeat. */
const IMPLIED = new Set([
  "about",
  "magic",
  "version",
  "flags",
  "header_size",
  "reserved",
  "total_size",
  "payload_size",
]);
