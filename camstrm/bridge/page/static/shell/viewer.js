/** The page: one connection, one tile for each camera of the server, and the shell around them. */

import { findParts } from "../figures.js";
import { actionsByKey, keepsKey, keyName, ofPage } from "../model/keys.js";
import { describeLink } from "../model/link.js";
import { clientTimeUs } from "../server_clock.js";
import { Announcer } from "./announcer.js";
import { Header } from "./header.js";
import { load, writeTexts } from "./language.js";
import { ActionTable, Menu, showKeys } from "./menu.js";
import "./parts.js";
import { overlays } from "./registry.js";
import { makeServices } from "./services.js";
import { Sheet } from "./sheet.js";
import { Stream } from "./stream.js";
import { Tiles } from "./tiles.js";

/** Texts change four times a second: more cannot be read. */
const REFRESH_MS = 250;

/** @param {string} id */
function elementOf(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

export class Viewer {
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
    this.#header = new Header(elementOf("header"), services.announce, () => {});
    new Menu(findParts(elementOf("header")).menu, this.#table);
    this.#tiles.overlays = overlays.map((make) => make(services));
  }

  start() {
    const tiles = this.#tiles;
    document.addEventListener("visibilitychange", () => this.#stream.seenAgain());
    document.addEventListener("keydown", (event) => this.#keyPressed(event));
    for (const type of ["popstate", "hashchange"]) {
      window.addEventListener(type, () => tiles.select());
    }
    window.addEventListener("storage", ({ key }) => this.#settings.changedElsewhere(key));
    this.#settings.changed("info", () => this.#refresh());
    this.#sheet.start();
    this.#stream.start();
    setInterval(() => this.#refresh(), REFRESH_MS);
    this.#refresh();
  }

  /** What can be seen of the cameras, and whether these are all. */
  #wishes() {
    const { all: tiles } = this.#tiles;
    const seen = document.hidden ? [] : tiles.filter((tile) => tile.visible);
    const wishes = seen.map((tile) => ({ camera: tile.info.index, view: tile.wish }));
    // Without a hello the cameras are not known: what a new viewer gets is right.
    const known = this.#stream.hello?.cameras.length ?? tiles.length;
    return { wishes, all: seen.length === known && !document.hidden };
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
    const cameras = tiles.all.map(({ info, state, sinceUs, stuck, stage }) => ({
      name: info.name,
      state,
      sinceUs,
      stuck,
      pictureUs: Number(stage.shown?.capture_time_us ?? 0),
    }));
    const { connection, hello, status, openedAtMs, bundleAtMs } = stream;
    const link = describeLink({ connection, hello, status, openedAtMs, bundleAtMs, nowMs, cameras });
    this.#live = link.linked;
    this.#header.showLink(link, cameras);
    this.#header.showFigures(stream.bitRate.perSecond(nowMs) / 1e6, hello?.server ?? "");
  }
}

/** @param {Settings} settings */
export async function startViewer(settings) {
  const keys = await load("keys.json");
  writeTexts(document);
  document.documentElement.removeAttribute("data-loading");
  new Viewer(settings, keys).start();
}
