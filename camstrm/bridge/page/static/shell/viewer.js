/** The page: one connection, one tile for each camera of the server, and the shell around them. */

import { findParts, setText } from "../figures.js";
import { actionsByKey, keepsKey, keyName, ofPage } from "../model/keys.js";
import { describeLink } from "../model/link.js";
import { readPlace } from "../model/place.js";
import { clientTimeUs } from "../server_clock.js";
import { say } from "../texts.js";
import { Announcer } from "./announcer.js";
import { Drag } from "./drag.js";
import { element } from "./elements.js";
import { Header } from "./header.js";
import { load, writeTexts } from "./language.js";
import { Layouts } from "./layouts.js";
import { ActionTable, Menu, openDialog, showKeys } from "./menu.js";
import "./parts.js";
import { overlays } from "./registry.js";
import { makeServices } from "./services.js";
import { Sheet } from "./sheet.js";
import { Sound } from "./sound.js";
import { Stream } from "./stream.js";
import { Tiles } from "./tiles.js";

/** What a slow connection is asked for: bundles a second, and the largest side of a picture. */
const LOW_FPS = 5;
const LOW_SIDE = 480;
/** @type {SmallView} */
const LOW_VIEW = { region: null, max_width: LOW_SIDE, max_height: LOW_SIDE, quality: null };
/** Times at which the server was lost or back that are remembered. */
const MOST_LINKS = 100;
/** Texts change four times a second: more cannot be read. */
const REFRESH_MS = 250;

/** @param {string} id */
function elementOf(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

class Viewer {
  #settings;
  /** @type {Tiles} */
  #tiles;
  /** @type {Stream} */
  #stream;
  #header;
  #sheet;
  #table;
  /** @type {Map<string, string>} ids of actions by their keys */
  #keys;
  #place = readPlace(window.location.hash);
  /** When the server was lost or back; @type {{linked: boolean, timeUs: number}[]} */
  #links = [];
  /** @type {((linked: boolean, timeUs: number) => void)[]} */
  #onLink = [];
  /** The server speaks and has frame input; as of the last refresh. */
  #live = false;

  /**
   * @param {Settings} settings
   * @param {KeyEntry[]} keys
   */
  constructor(settings, keys) {
    this.#settings = settings;
    const template = /** @type {HTMLTemplateElement} */ (elementOf("camera-tile"));
    this.#tiles = new Tiles(elementOf("cameras"), template, () => this.#stream, settings, () =>
      this.#stream.ask(),
    );
    this.#stream = new Stream({
      hello: (hello) => {
        this.#tiles.showCameras(hello.cameras);
        this.#refresh();
      },
      status: (status) => {
        for (const camera of status.cameras) this.#tiles.tile(camera.index)?.showStatus(camera);
        this.#tiles.arrange();
      },
      viewRefused: (camera, why) => this.#tiles.tile(camera)?.showHint(why),
      knows: (camera) => this.#tiles.tile(camera) !== undefined,
      frame: (frame, settled, part) =>
        this.#tiles.tile(frame.camera_index)?.showFrame(frame, settled, part),
      wishes: () => this.#wishes(),
    });
    const announcer = new Announcer(elementOf("said"), elementOf("said-urgently"));
    const services = makeServices({
      stream: this.#stream,
      tiles: this.#tiles,
      settings,
      announcer,
      live: () => this.#live,
    });
    this.#sheet = new Sheet(elementOf("sheet"), services, () => {});
    this.#table = new ActionTable(ofPage(keys), services, this.#sheet);
    this.#keys = actionsByKey(this.#table.table);
    services.sheet = this.#sheet;
    services.showKeys = () => showKeys(this.#table);
    services.showAbout = () => {
      const server = this.#stream.hello?.server ?? say("shell.empty_connecting");
      openDialog("about", "camstrm", textLine(say("shell.about")), textLine(server));
    };
    services.layouts = new Layouts(settings, this.#tiles);
    services.onLink = (callback) => {
      for (const { linked, timeUs } of this.#links) callback(linked, timeUs);
      this.#onLink.push(callback);
    };
    const sound = new Sound(settings);
    this.#header = new Header(elementOf("header"), {
      announce: services.announce,
      sound: (lost) => sound.play(lost),
      linked: (linked) => this.#linkChanged(linked),
    });
    new Menu(findParts(elementOf("header")).menu, this.#table);
    this.#tiles.overlays = overlays.map((make) => make(services));
  }

  start() {
    const tiles = this.#tiles;
    document.body.toggleAttribute("data-kiosk", this.#place.kiosk);
    document.body.toggleAttribute("data-popout", this.#place.popout);
    document.addEventListener("visibilitychange", () => this.#stream.seenAgain());
    if (!this.#place.kiosk) {
      document.addEventListener("keydown", (event) => this.#keyPressed(event));
      new Drag(elementOf("cameras"), tiles);
    }
    for (const type of ["popstate", "hashchange"]) {
      window.addEventListener(type, () => tiles.select());
    }
    window.addEventListener("storage", ({ key }) => this.#settings.changedElsewhere(key));
    this.#settings.changed("info", () => this.#refresh());
    this.#settings.changed("low_bandwidth", () => this.#stream.ask());
    if (!this.#place.kiosk && !this.#place.popout) this.#sheet.start();
    this.#stream.start();
    setInterval(() => this.#refresh(), REFRESH_MS);
    this.#refresh();
  }

  /** What can be seen of the cameras, and whether these are all. */
  #wishes() {
    const { all: tiles } = this.#tiles;
    const seen = document.hidden ? [] : tiles.filter((tile) => tile.visible);
    const low = this.#settings.get("low_bandwidth", false);
    this.#stream.maxFps = low ? LOW_FPS : null;
    const wishes = seen.map((tile) => ({
      camera: tile.info.index,
      view: low ? lowWish(tile.wish) : tile.wish,
    }));
    // Without a hello the cameras are not known: what a new viewer gets is right.
    const known = this.#stream.hello?.cameras.length ?? tiles.length;
    return { wishes, all: seen.length === known && !document.hidden };
  }

  /** @param {boolean} linked */
  #linkChanged(linked) {
    const timeUs = Date.now() * 1000;
    this.#links = [...this.#links, { linked, timeUs }].slice(-MOST_LINKS);
    for (const callback of this.#onLink) callback(linked, timeUs);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const name = keyName(event);
    const id = this.#keys.get(name);
    if (id === undefined) return;
    const { target } = event;
    if (target instanceof HTMLElement && target !== document.body) {
      const { tagName, isContentEditable: editable } = target;
      const type = target instanceof HTMLInputElement ? target.type : "";
      if (keepsKey({ tagName, type, role: target.getAttribute("role"), editable }, name)) return;
    }
    if (this.#table.run(id, name)) event.preventDefault();
  }

  #refresh() {
    const nowMs = performance.now();
    const stream = this.#stream;
    const tiles = this.#tiles;
    tiles.arrange();
    const present = {
      nowMs,
      clientUs: clientTimeUs(),
      clock: stream.clock,
      live: this.#live,
      skipped: stream.status?.viewer?.skipped ?? 0,
      reduced: stream.status?.viewer?.reduced ?? 0,
      info: this.#settings.get("info", false),
    };
    for (const tile of tiles.all) {
      tile.refresh(present);
      tile.showLease(stream.rights.describe(tile.info));
    }
    const cameras = tiles.all.map(({ info, state, sinceUs, missing, stage }) => ({
      name: info.name,
      state,
      sinceUs,
      stuck: missing,
      pictureUs: Number(stage.shown?.capture_time_us ?? 0),
    }));
    const { connection, hello, status, openedAtMs, bundleAtMs } = stream;
    const link = describeLink({ connection, hello, status, openedAtMs, bundleAtMs, nowMs, cameras });
    this.#live = link.linked;
    this.#header.showLink(link, cameras);
    this.#header.showFigures(stream.bitRate.perSecond(nowMs) / 1e6, hello?.server ?? "");
    this.#showEmpty(link);
  }

  /** Say what to do where there is no camera to be shown. @param {Link} link */
  #showEmpty({ mood }) {
    const { hello, status, connection } = this.#stream;
    const empty = elementOf("empty");
    empty.hidden = this.#tiles.all.length > 0;
    if (empty.hidden) return;
    let text = say("shell.empty_no_cameras");
    if (hello === null || connection.phase !== "open") {
      text = say(mood === "bad" ? "shell.empty_server" : "shell.empty_connecting");
    } else if (status?.input === "none") text = say("shell.empty_no_grabber");
    else if (hello.cameras.length > 0) {
      const { cameras, camera } = this.#place;
      text = say("shell.empty_not_here", { names: (cameras ?? [camera]).join(", ") });
    }
    setText(empty, text);
  }
}

/**
 * What is asked for instead on a slow connection: nothing larger, and parts as they are.
 * @type {(wish: Wish["view"]) => Wish["view"]}
 */
function lowWish(wish) {
  if (wish === null) return LOW_VIEW;
  const larger = Math.max(wish.max_width, wish.max_height) > LOW_SIDE;
  return wish.region === null && larger ? LOW_VIEW : wish;
}

/** @param {string} textContent */
function textLine(textContent) {
  return element("p", { textContent });
}

/** @param {Settings} settings */
export async function startViewer(settings) {
  const keys = await load("keys.json");
  writeTexts(document);
  document.documentElement.removeAttribute("data-loading");
  new Viewer(settings, keys).start();
}
