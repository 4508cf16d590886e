/** The server as the page knows it: connection, clock, calls, who may what, and what is asked for. */

import { AckQueue } from "../ack_queue.js";
import { Calls } from "../calls.js";
import { Connection } from "../connection.js";
import { decodeMessage, encodeAck } from "../messages.js";
import { plainMessage } from "../model/plain_text.js";
import { RateMeter } from "../rate_meter.js";
import { Rights } from "../rights.js";
import { ServerClock, clientTimeUs } from "../server_clock.js";
import { Subscription } from "../subscription.js";
import { WireError, decodeBundle } from "../wire.js";

/** The version of the wire format that this page speaks. */
const PROTOCOL = 1;

export class Stream {
  rights = new Rights();
  clock = new ServerClock();
  bundleRate = new RateMeter();
  bitRate = new RateMeter();
  /** @type {Hello | null} the last one of this connection */
  hello = null;
  /** @type {Status | null} the last one of this connection */
  status = null;
  /** performance.now() when the last bundle came, or when the page asked for bundles again. */
  bundleAtMs = 0;
  /** performance.now() when this connection began. */
  openedAtMs = 0;
  /** Most bundles a second that this page asks for, null: as many as there are. */
  maxFps = /** @type {number | null} */ (null);
  #receiver;
  connection = new Connection(window.location, {
    opened: () => this.#opened(),
    closed: () => this.calls.disconnected(),
    text: (text) => this.#textReceived(text),
    binary: (bytes) => this.#bundleReceived(bytes),
  });
  calls = new Calls((text) => this.connection.send(text));
  #acks = new AckQueue((seq) => this.connection.send(encodeAck(seq)));
  #subscription = new Subscription(
    (text) => this.connection.send(text),
    () => this.ask(),
  );

  /** @param {StreamReceiver} receiver */
  constructor(receiver) {
    this.#receiver = receiver;
  }

  start() {
    this.connection.start();
  }

  /** Ask for what can be seen now. */
  ask() {
    const { wishes, all } = this.#receiver.wishes();
    const makesViews = (this.hello?.limits.max_views ?? 0) > 0;
    const made = wishes.map(({ camera, view }) => ({ camera, view: makesViews ? view : null }));
    this.#subscription.update(made, all, this.maxFps);
  }

  askSoon() {
    this.#subscription.updateSoon();
  }

  /** The page was hidden, or is seen again: that no bundle came meanwhile is no fault. */
  seenAgain() {
    this.bundleAtMs = performance.now();
    this.ask();
  }

  #opened() {
    this.hello = null;
    this.status = null;
    this.#acks.reset();
    this.clock.reset();
    this.rights.reset();
    this.#subscription.reset();
    this.ask();
    this.openedAtMs = this.bundleAtMs = performance.now();
  }

  /** @param {string} text */
  #textReceived(text) {
    const message = plainMessage(decodeMessage(text));
    if (message.type === "hello") this.#helloReceived(message);
    else if (message.type === "status") this.#statusReceived(message);
    else if (message.type === "views") {
      for (const { camera, refused } of this.#subscription.answered(message.views)) {
        this.#receiver.viewRefused(camera, refused);
      }
    } else if (message.type === "leases") this.rights.leasesReceived(message.leases);
    else if (message.type === "reply") this.calls.replied(message);
  }

  /** @param {Hello} hello */
  #helloReceived(hello) {
    if (hello.protocol !== PROTOCOL) {
      const problem = `protocol ${hello.protocol}, this page speaks ${PROTOCOL}: reload it`;
      throw new WireError("hello", problem);
    }
    if (hello.session !== this.hello?.session) this.#acks.reset();
    this.hello = hello;
    this.calls.connected(hello.limits);
    this.#receiver.hello(hello);
    this.ask();
  }

  /** @param {Status} status */
  #statusReceived(status) {
    this.clock.observe(status.time_us, clientTimeUs());
    this.status = status;
    this.rights.statusReceived(status.viewer);
    this.#receiver.status(status);
  }

  /** @param {Bytes} bytes */
  #bundleReceived(bytes) {
    const bundle = decodeBundle(bytes);
    const nowMs = performance.now();
    this.bundleAtMs = nowMs;
    this.clock.observe(Number(bundle.timestamp_us), clientTimeUs());
    this.bundleRate.add(nowMs);
    this.bitRate.add(nowMs, bytes.byteLength * 8);
    const frames = bundle.frames.filter(
      (frame) => this.#receiver.knows(frame.camera_index) && this.#subscription.wants(frame),
    );
    const pictures = frames.filter((frame) => frame.payload.byteLength > 0).length;
    const settled = this.#acks.begin(bundle.seq, pictures);
    for (const frame of frames) {
      this.#receiver.frame(frame, settled, this.#subscription.isPart(frame));
    }
  }
}
