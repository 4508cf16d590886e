/**
 * The page: one connection, one tile for each camera of the server. The types that its modules
 * share in their JSDoc are in tests/js/page.d.ts.
 */

import { AckQueue } from "./ack_queue.js";
import { Calls } from "./calls.js";
import { CameraTile } from "./camera_tile.js";
import { Connection } from "./connection.js";
import { keepArranged } from "./grid_layout.js";
import { HeaderView } from "./header_view.js";
import { describeLink } from "./link_state.js";
import { decodeMessage, encodeAck } from "./messages.js";
import { RateMeter } from "./rate_meter.js";
import { Rights } from "./rights.js";
import { Selection } from "./selection.js";
import { ServerClock, clientTimeUs } from "./server_clock.js";
import { Subscription } from "./subscription.js";
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
  /** @type {Map<number, CameraTile>} the tiles by the cameras' index, in the server's order */
  #tiles = new Map();
  #connection = new Connection(window.location, {
    opened: () => this.#opened(),
    closed: () => this.#calls.disconnected(),
    text: (text) => this.#textReceived(text),
    binary: (bytes) => this.#bundleReceived(bytes),
  });
  #acks = new AckQueue((seq) => this.#connection.send(encodeAck(seq)));
  #selection = new Selection(window, () => this.#select());
  #calls = new Calls((text) => this.#connection.send(text));
  #rights = new Rights();
  #subscription = new Subscription(
    (text) => this.#connection.send(text),
    () => this.#subscribe(),
  );
  /** Sees which tiles are near what the window shows of the page. */
  #onScreen = new IntersectionObserver((entries) => this.#scrolled(entries), {
    root: this.#grid,
    rootMargin: "50%",
  });
  #clock = new ServerClock();
  #bundleRate = new RateMeter();
  #bitRate = new RateMeter();
  /** @type {Hello | null} the last one of this connection */
  #hello = null;
  /** @type {Status | null} the last one of this connection */
  #status = null;
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
    this.#rights.reset();
    this.#subscription.reset();
    this.#subscribe();
    this.#openedAtMs = this.#bundleAtMs = performance.now();
  }

  /** @param {string} text */
  #textReceived(text) {
    const message = decodeMessage(text);
    if (message.type === "hello") this.#helloReceived(message);
    else if (message.type === "status") this.#statusReceived(message);
    else if (message.type === "views") this.#viewsReceived(message);
    else if (message.type === "leases") this.#rights.leasesReceived(message.leases);
    else if (message.type === "reply") this.#calls.replied(message);
  }

  /** @param {Hello} hello */
  #helloReceived(hello) {
    if (hello.protocol !== PROTOCOL) {
      const problem = `protocol ${hello.protocol}, this page speaks ${PROTOCOL}: reload it`;
      throw new WireError("hello", problem);
    }
    if (hello.session !== this.#hello?.session) this.#acks.reset();
    this.#hello = hello;
    this.#calls.connected(hello.limits);
    this.#showCameras(hello.cameras);
    this.#header.showServer(hello.server);
    this.#select();
    this.#refresh();
  }

  /** @param {CameraInfo[]} cameras one that was there before keeps its picture */
  #showCameras(cameras) {
    const before = this.#tiles;
    this.#tiles = new Map();
    for (const info of cameras) {
      const known = before.get(info.index);
      const same = JSON.stringify(known?.info) === JSON.stringify(info);
      if (same) before.delete(info.index);
      this.#tiles.set(info.index, known && same ? known : this.#newTile(info));
    }
    for (const tile of before.values()) {
      this.#onScreen.unobserve(tile.element);
      tile.remove();
    }
    [...this.#tiles.values()].forEach(({ element }, position) => {
      const there = this.#grid.children[position] ?? null;
      if (there !== element) this.#grid.insertBefore(element, there);
    });
  }

  /** @param {Status} status */
  #statusReceived(status) {
    this.#clock.observe(status.time_us, clientTimeUs());
    this.#status = status;
    this.#rights.statusReceived(status.viewer);
    for (const camera of status.cameras) this.#tiles.get(camera.index)?.showStatus(camera);
  }

  /** @param {Views} message */
  #viewsReceived({ views }) {
    for (const { camera, refused } of this.#subscription.answered(views)) {
      this.#tiles.get(camera)?.showHint(refused);
    }
  }

  /** @param {Bytes} bytes */
  #bundleReceived(bytes) {
    const bundle = decodeBundle(bytes);
    const nowMs = performance.now();
    this.#bundleAtMs = nowMs;
    this.#clock.observe(Number(bundle.timestamp_us), clientTimeUs());
    this.#bundleRate.add(nowMs);
    this.#bitRate.add(nowMs, bytes.byteLength * 8);
    const frames = bundle.frames.filter(
      (frame) => this.#tiles.has(frame.camera_index) && this.#subscription.wants(frame),
    );
    const pictures = frames.filter((frame) => frame.payload.byteLength > 0).length;
    const settled = this.#acks.begin(bundle.seq, pictures);
    for (const frame of frames) {
      const part = this.#subscription.isPart(frame);
      this.#tiles.get(frame.camera_index)?.showFrame(frame, settled, part);
    }
  }

  /** @param {CameraInfo} info */
  #newTile(info) {
    const tile = new CameraTile(info, this.#template, () => this.#subscription.updateSoon());
    tile.element.addEventListener("dblclick", () =>
      tile.zoomed ? tile.fit() : this.#toggle(info.name),
    );
    this.#onScreen.observe(tile.element);
    return tile;
  }

  /** The tile that is shown alone; undefined: all are shown. */
  #single() {
    const { name } = this.#selection;
    return [...this.#tiles.values()].find((tile) => tile.info.name === name);
  }

  /** @param {string | null} name of the camera that was chosen, null: all */
  #toggle(name) {
    this.#selection.toggle(name);
    this.#select();
  }

  #select() {
    const single = this.#single();
    for (const tile of this.#tiles.values()) {
      const hidden = single !== undefined && tile !== single;
      // Where it will be is not known yet: it asks for its picture at once.
      if (tile.element.hidden && !hidden) tile.onScreen = true;
      tile.element.hidden = hidden;
      tile.element.setAttribute("aria-pressed", String(tile === single));
    }
    this.#subscribe();
  }

  /** Ask only for what can be seen. */
  #subscribe() {
    const tiles = [...this.#tiles.values()];
    const seen = document.hidden ? [] : tiles.filter((tile) => tile.visible);
    const makesViews = (this.#hello?.limits.max_views ?? 0) > 0;
    const wishes = seen.map((tile) => ({
      camera: tile.info.index,
      view: makesViews ? tile.wish : null,
    }));
    // Without a hello the cameras are not known: what a new viewer gets is right.
    const all = seen.length === tiles.length && !document.hidden;
    this.#subscription.update(wishes, all);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #scrolled(entries) {
    for (const { target, isIntersecting } of entries) {
      const tile = [...this.#tiles.values()].find(({ element }) => element === target);
      if (tile !== undefined) tile.onScreen = isIntersecting;
    }
    this.#subscription.updateSoon();
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
    } else if (this.#selected(tile)?.keyPressed(event.key)) {
      event.preventDefault();
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

  /**
   * The tile that keys are for: the one with the focus, the one that is shown alone, or the one
   * below the pointer.
   * @param {Element | null} focused
   */
  #selected(focused) {
    const element = focused ?? this.#single()?.element ?? this.#grid.querySelector(".tile:hover");
    return [...this.#tiles.values()].find((tile) => tile.element === element);
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
      states: [...this.#tiles.values()].map((tile) => tile.state),
    });
    const figures = {
      nowMs,
      clientUs: clientTimeUs(),
      clock: this.#clock,
      live: link.linked,
      skipped: this.#status?.viewer?.skipped ?? 0,
      reduced: this.#status?.viewer?.reduced ?? 0,
    };
    for (const tile of this.#tiles.values()) {
      tile.refresh(figures);
      tile.showLease(this.#rights.describe(tile.info));
    }
    this.#header.showLink(link);
    this.#header.showFigures({
      bundleFps: this.#bundleRate.perSecond(nowMs),
      megabits: this.#bitRate.perSecond(nowMs) / 1e6,
      status: this.#connection.phase === "open" ? this.#status : null,
    });
  }
}

new App().start();
