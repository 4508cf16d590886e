/**
 * The page: one connection, one tile for each camera of the server. The types that its modules
 * share in their JSDoc are in tests/js/page.d.ts.
 */

import { AckQueue } from "./ack_queue.js";
import { CameraView } from "./camera_view.js";
import { Connection } from "./connection.js";
import { keepArranged } from "./grid_layout.js";
import { HeaderView } from "./header_view.js";
import { describeLink } from "./link_state.js";
import { decodeMessage, encodeAck, encodeSubscribe } from "./messages.js";
import { RateMeter } from "./rate_meter.js";
import { Selection } from "./selection.js";
import { ServerClock, clientTimeUs } from "./server_clock.js";
import { WireError, decodeBundle } from "./wire.js";

/** The version of the wire format that this page speaks. */
const PROTOCOL = 1;
/** Texts change four times a second: more cannot be read. */
const REFRESH_MS = 250;

/** @param {string} id */
function elementOf(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

class App {
  #grid = elementOf("cameras");
  #template = /** @type {HTMLTemplateElement} */ (elementOf("camera-tile"));
  #header = new HeaderView(elementOf("header"));
  /** @type {Map<number, CameraView>} the tiles by the cameras' index, in the server's order */
  #views = new Map();
  #connection = new Connection(window.location, {
    opened: () => this.#opened(),
    text: (text) => this.#textReceived(text),
    binary: (bytes) => this.#bundleReceived(bytes),
  });
  #acks = new AckQueue((seq) => this.#connection.send(encodeAck(seq)));
  #selection = new Selection(window, () => this.#select());
  #clock = new ServerClock();
  #bundleRate = new RateMeter();
  #bitRate = new RateMeter();
  /** @type {Hello | null} the last one of this connection */
  #hello = null;
  /** @type {Status | null} the last one of this connection */
  #status = null;
  /** The last subscribe message of this connection. */
  #subscribed = "";
  /** performance.now() when the last bundle came, or when the page asked for bundles again. */
  #bundleAtMs = 0;
  /** performance.now() when this connection began. */
  #openedAtMs = 0;

  start() {
    keepArranged(this.#grid);
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
    document.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#connection.start();
    setInterval(() => this.#refresh(), REFRESH_MS);
    this.#refresh();
  }

  #opened() {
    this.#hello = null;
    this.#status = null;
    this.#acks.reset();
    this.#clock.reset();
    this.#subscribed = encodeSubscribe(null, []); // what a new viewer gets without asking
    this.#subscribe();
    this.#openedAtMs = this.#bundleAtMs = performance.now();
  }

  /** @param {string} text */
  #textReceived(text) {
    const message = decodeMessage(text);
    if (message.type === "hello") this.#helloReceived(message);
    else if (message.type === "status") this.#statusReceived(message);
  }

  /** @param {Hello} hello */
  #helloReceived(hello) {
    if (hello.protocol !== PROTOCOL) {
      const problem = `protocol ${hello.protocol}, this page speaks ${PROTOCOL}: reload it`;
      throw new WireError("hello", problem);
    }
    if (hello.session !== this.#hello?.session) this.#acks.reset();
    this.#hello = hello;
    this.#showCameras(hello.cameras);
    this.#header.showServer(hello.server);
    this.#select();
    this.#refresh();
  }

  /** @param {CameraInfo[]} cameras one that was there before keeps its picture */
  #showCameras(cameras) {
    const before = this.#views;
    this.#views = new Map();
    for (const info of cameras) {
      const known = before.get(info.index);
      const same = JSON.stringify(known?.info) === JSON.stringify(info);
      if (same) before.delete(info.index);
      this.#views.set(info.index, known && same ? known : this.#newView(info));
    }
    for (const view of before.values()) view.remove();
    [...this.#views.values()].forEach(({ element }, position) => {
      const there = this.#grid.children[position] ?? null;
      if (there !== element) this.#grid.insertBefore(element, there);
    });
  }

  /** @param {Status} status */
  #statusReceived(status) {
    this.#clock.observe(status.time_us, clientTimeUs());
    this.#status = status;
    for (const camera of status.cameras) this.#views.get(camera.index)?.showStatus(camera);
  }

  /** @param {Bytes} bytes */
  #bundleReceived(bytes) {
    const bundle = decodeBundle(bytes);
    const nowMs = performance.now();
    this.#bundleAtMs = nowMs;
    this.#clock.observe(Number(bundle.timestamp_us), clientTimeUs());
    this.#bundleRate.add(nowMs);
    this.#bitRate.add(nowMs, bytes.byteLength * 8);
    const frames = bundle.frames.filter((frame) => this.#views.has(frame.camera_index));
    const pictures = frames.filter((frame) => frame.payload.byteLength > 0).length;
    const settled = this.#acks.begin(bundle.seq, pictures);
    for (const frame of frames) this.#views.get(frame.camera_index)?.showFrame(frame, settled);
  }

  /** @param {CameraInfo} info */
  #newView(info) {
    const view = new CameraView(info, this.#template);
    view.element.addEventListener("dblclick", () => this.#toggle(info.name));
    return view;
  }

  /** The tile that is shown alone; undefined: all are shown. */
  #single() {
    const { name } = this.#selection;
    return [...this.#views.values()].find((view) => view.info.name === name);
  }

  /** @param {string | null} name of the camera that was chosen, null: all */
  #toggle(name) {
    this.#selection.toggle(name);
    this.#select();
  }

  #select() {
    const single = this.#single();
    for (const view of this.#views.values()) {
      view.element.hidden = single !== undefined && view !== single;
      view.element.setAttribute("aria-pressed", String(view === single));
    }
    this.#subscribe();
  }

  /** Ask only for what can be seen. */
  #subscribe() {
    const single = this.#single();
    const cameras = document.hidden ? [] : single ? [single.info.index] : null;
    const text = encodeSubscribe(cameras, []);
    if (text === this.#subscribed) return;
    this.#subscribed = text;
    this.#connection.send(text);
  }

  #visibilityChanged() {
    this.#bundleAtMs = performance.now();
    this.#subscribe();
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const tile = event.target instanceof Element ? event.target.closest(".tile") : null;
    if ((event.key === "Enter" || event.key === " ") && tile) {
      event.preventDefault();
      this.#toggle(tile.getAttribute("data-camera"));
    } else if (event.key === "Escape") {
      this.#toggle(null);
    } else if (event.key === "f") {
      // Refused by some browsers and frames; then the page stays as it is.
      const change = document.fullscreenElement
        ? document.exitFullscreen()
        : document.documentElement.requestFullscreen();
      change.catch(() => {});
    }
  }

  #refresh() {
    const nowMs = performance.now();
    const link = describeLink({
      connection: this.#connection,
      hello: this.#hello,
      status: this.#status,
      openedAtMs: this.#openedAtMs,
      bundleAtMs: this.#bundleAtMs,
      nowMs,
      states: [...this.#views.values()].map((view) => view.state),
    });
    const figures = {
      nowMs,
      clientUs: clientTimeUs(),
      clock: this.#clock,
      live: link.linked,
      skipped: this.#status?.viewer?.skipped ?? 0,
    };
    for (const view of this.#views.values()) view.refresh(figures);
    this.#header.showLink(link);
    this.#header.showFigures({
      bundleFps: this.#bundleRate.perSecond(nowMs),
      megabits: this.#bitRate.perSecond(nowMs) / 1e6,
      status: this.#connection.phase === "open" ? this.#status : null,
    });
  }
}

new App().start();
