/**
 * What the page's decoders make of inputs: for each line of standard input, `bundles` or `messages`
 * and the bytes as hexadecimal digits, one line of JSON: { value } or { refused: the sentence }.
 * Anything but a WireError ends it with 1, and the line that it happened on.
 */

import { createInterface } from "node:readline";

import { decodeMessage } from "../../camstrm/bridge/page/static/messages.js";
import { WireError, decodeBundle } from "../../camstrm/bridge/page/static/wire.js";
import { bundleAsJson } from "../js/vector_check.mjs";

/** As a WebSocket decodes text before the page sees it (RFC 6455, 8.1). */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const DECODERS = {
  bundles: (bytes) => bundleAsJson(decodeBundle(bytes)),
  messages: (bytes) => {
    let text;
    try {
      text = UTF8.decode(bytes);
    } catch {
      throw new WireError("control message", "not UTF-8");
    }
    return decodeMessage(text);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, hex = ""] = line.split(" ");
  try {
    process.stdout.write(`${JSON.stringify({ value: DECODERS[name](Buffer.from(hex, "hex")) })}\n`);
  } catch (error) {
    if (!(error instanceof WireError)) {
      process.stderr.write(`${line}\n${error.stack}\n`);
      process.exit(1);
    }
    process.stdout.write(`${JSON.stringify({ refused: error.message })}\n`);
  }
}
