/** The tiles of all cameras: which are there, in which order and place, and which one is chosen. */

import { CameraTile } from "../camera_tile.js";
import { moved, neighbour, orderOf } from "../model/order.js";
import { arrange } from "../model/layout.js";
import { orientationOf } from "../model/orientation.js";
import { mineOf } from "../model/per_camera.js";
import { readPlace, withCamera } from "../model/place.js";

/** CSS pixels between two pictures. */
const GAP = 2;

export class Tiles {
  /** @type {Overlay[]} what tools paint on each picture */
  overlays = [];
  /** Name of the camera that is the large one, empty: whichever makes most of the window. */
  #large = "";
  /** @type {CameraTile | null} the large one of the arrangement that is on the screen */
  #main = null;
  #root;
  #template;
  #stream;
  #changed;
  #settings;
  /** @type {Map<number, CameraTile>} by the cameras' index */
  #tiles = new Map();
  /** @type {CameraTile[]} in the order in which they are shown */
  #order = [];
  /** Index of the chosen camera, -1: there is none. */
  #chosen = -1;
  /** @type {(() => void)[]} */
  #onChoose = [];
  /** Sees which tiles are near what the window shows of the page. */
  #onScreen;
  /** Height of the line on top of each picture; measured once. */
  #line = 0;
  /** What the arrangement on the screen was made from, as text. */
  #arranged = "";

  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} template
   * @param {() => Stream} stream
   * @param {Settings} settings
   * @param {() => void} changed
   */
  constructor(root, template, stream, settings, changed) {
    this.#root = root;
    this.#template = template;
    this.#stream = stream;
    this.#settings = settings;
    this.#changed = changed;
    this.#onScreen = new IntersectionObserver((entries) => this.#scrolled(entries), {
      root,
      rootMargin: "50%",
    });
    new ResizeObserver(() => this.arrange()).observe(root);
    settings.changed("orientation", () => this.#turn());
    for (const name of ["order", "layout.mode", "layout.large"]) {
      settings.changed(name, () => this.reorder());
    }
    root.addEventListener("focusin", ({ target }) => this.#chooseAt(target));
    root.addEventListener("pointerdown", ({ target }) => this.#chooseAt(target), true);
  }

  /** All tiles in the order in which they are shown. */
  get all() {
    return this.#order;
  }

  /** @param {number} index */
  tile(index) {
    return this.#tiles.get(index);
  }

  /** The tile that is shown alone; undefined: all are shown. */
  get single() {
    const { camera } = readPlace(window.location.hash);
    return camera === "" ? undefined : this.#order.find(({ info }) => info.name === camera);
  }

  get chosen() {
    return this.single ?? this.#tiles.get(this.#chosen);
  }

  /** @param {() => void} callback called when another camera is chosen, or the cameras change */
  onChoose(callback) {
    this.#onChoose.push(callback);
  }

  /** @param {CameraInfo[]} cameras one that was there before keeps its picture */
  showCameras(cameras) {
    const { cameras: named, popout, camera } = readPlace(window.location.hash);
    const wanted = popout && camera !== "" ? [camera] : named;
    const before = this.#tiles;
    this.#tiles = new Map();
    for (const info of cameras) {
      if (wanted !== null && !wanted.includes(info.name)) continue;
      const known = before.get(info.index);
      const same = JSON.stringify(known?.info) === JSON.stringify(info);
      if (same) before.delete(info.index);
      this.#tiles.set(info.index, known && same ? known : this.#newTile(info));
    }
    for (const tile of before.values()) {
      this.#onScreen.unobserve(tile.element);
      tile.remove();
    }
    this.reorder();
    if (!this.#tiles.has(this.#chosen)) this.#chosen = this.#order[0]?.info.index ?? -1;
    this.select();
  }

  /** Put the tiles into the person's order. */
  reorder() {
    const tiles = [...this.#tiles.values()];
    const names = tiles.map(({ info }) => info.name);
    const { cameras } = readPlace(window.location.hash);
    const kept = cameras ?? this.#settings.get("order", /** @type {string[]} */ ([]));
    this.#order = orderOf(names, kept).map((at) => tiles[at]);
    this.#large = this.#settings.get("layout.large", "");
    const focused = document.activeElement;
    this.#order.forEach(({ element }, position) => {
      const there = this.#root.children[position] ?? null;
      if (there !== element) this.#root.insertBefore(element, there);
    });
    // What is moved in the document loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
    this.arrange();
  }

  /** Put a tile where another one is, until it is kept or all are in order again. @type {(tile: CameraTile, other: CameraTile) => void} */
  put(tile, other) {
    if (this.#main === tile || this.#main === other) {
      this.#large = (this.#main === tile ? other : tile).info.name;
    } else {
      this.#order = moved(this.#order, this.#order.indexOf(tile), this.#order.indexOf(other));
    }
    this.arrange();
  }

  /** Remember where all tiles are. */
  keepOrder() {
    const large = this.#large;
    if (large !== this.#settings.get("layout.large", "")) {
      this.#settings.set("layout.large", large);
      this.#settings.set("layout.mode", "large");
    }
    this.#settings.set("order", this.#order.map(({ info }) => info.name));
  }

  /** @type {(tile: CameraTile, step: number) => number} gives its place then, from 0 */
  moveBy(tile, step) {
    const from = this.#order.indexOf(tile);
    const to = Math.max(0, Math.min(this.#order.length - 1, from + step));
    if (to !== from) {
      this.#order = moved(this.#order, from, to);
      this.keepOrder();
    }
    return to;
  }

  /** @param {number} index */
  choose(index) {
    if (!this.#tiles.has(index)) return;
    const { single } = this;
    this.#chosen = index;
    if (single !== undefined && single.info.index !== index) this.show(this.#tiles.get(index)?.info.name ?? "");
    else this.#showChosen();
  }

  /** Show one camera alone, with an entry in the browser's history; empty: all. @param {string} name */
  show(name) {
    const { location, history } = window;
    const hash = withCamera(location.hash, name);
    if (hash === location.hash) return;
    history.pushState(null, "", location.pathname + location.search + hash);
    this.select();
  }

  /** @param {string} name shows it alone, or all if it is alone */
  toggle(name) {
    this.show(this.single?.info.name === name ? "" : name);
  }

  /** Show what the address says. */
  select() {
    const { single } = this;
    if (single !== undefined) this.#chosen = single.info.index;
    for (const tile of this.#order) {
      const hidden = single !== undefined && tile !== single;
      // Where it will be is not known yet: it asks for its picture at once.
      if (tile.element.hidden && !hidden) tile.onScreen = true;
      tile.element.hidden = hidden;
    }
    this.#root.toggleAttribute("data-single", single !== undefined);
    this.arrange();
    this.#showChosen();
    this.#changed();
  }

  /** Choose the next camera in the direction of an arrow key, and give it the focus. @param {string} key */
  neighbour(key) {
    const shown = this.#order.filter(({ element }) => !element.hidden);
    const { chosen } = this;
    if (chosen === undefined || shown.length < 2) return;
    const cells = shown.map(({ element }) => {
      const { offsetLeft: x, offsetTop: y, offsetWidth: width, offsetHeight: height } = element;
      return { x, y, width, height };
    });
    shown[neighbour(cells, shown.indexOf(chosen), key)].element.focus();
  }

  /** Choose the camera that is `step` places on, round and round. @param {number} step */
  step(step) {
    const at = this.chosen === undefined ? -1 : this.#order.indexOf(this.chosen);
    if (at < 0) return;
    const { length } = this.#order;
    this.chooseAt((at + step + length) % length);
  }

  /** @param {number} position in the order that is shown */
  chooseAt(position) {
    const tile = this.#order[position];
    if (tile === undefined) return;
    this.choose(tile.info.index);
    tile.element.focus();
  }

  /** Give each tile its place in the window. */
  arrange() {
    const shown = this.#order.filter(({ element }) => !element.hidden);
    const { clientWidth, clientHeight } = this.#root;
    if (shown.length === 0 || clientWidth === 0 || clientHeight === 0) return;
    this.#line ||= shown[0].line.offsetHeight;
    const wish = {
      width: clientWidth,
      height: clientHeight,
      aspects: shown.map(aspectOf),
      gap: GAP,
      line: this.#line,
      mode: readPlace(window.location.hash).layout || this.#settings.get("layout.mode", "auto"),
      large: shown.findIndex(({ info }) => info.name === this.#large),
    };
    const arranged = JSON.stringify([shown.map(({ info }) => info.index), wish]);
    if (arranged === this.#arranged) return;
    this.#arranged = arranged;
    const { cells, main } = arrange(wish);
    this.#main = shown[main] ?? null;
    cells.forEach(({ x, y, width, height }, at) => {
      Object.assign(shown[at].element.style, {
        left: `${x}px`,
        top: `${y}px`,
        width: `${width}px`,
        height: `${height}px`,
      });
    });
  }

  /** @param {CameraInfo} info */
  #newTile(info) {
    const tile = new CameraTile(info, this.#template, this.overlays, () => this.#stream().askSoon());
    tile.stage.turn(this.#orientationOf(info));
    tile.element.addEventListener("dblclick", ({ target }) => {
      if (tile.overlay.taken || (target instanceof Element && target.closest("button"))) return;
      if (tile.zoomed) tile.fit();
      else this.toggle(info.name);
    });
    this.#onScreen.observe(tile.element);
    return tile;
  }

  /** As configured for everybody, and what this person adds. @param {CameraInfo} info */
  #orientationOf(info) {
    return orientationOf(info, mineOf(this.#settings, info));
  }

  #turn() {
    for (const { info, stage } of this.#order) stage.turn(this.#orientationOf(info));
    this.arrange();
  }

  /** @param {EventTarget | null} target */
  #chooseAt(target) {
    const element = target instanceof Element ? target.closest(".tile") : null;
    const tile = this.#order.find((other) => other.element === element);
    if (tile !== undefined && tile.info.index !== this.#chosen) this.choose(tile.info.index);
  }

  #showChosen() {
    const { chosen } = this;
    for (const tile of this.#order) {
      // Tab stops at the chosen camera only: on its way to a panel it must choose no other one.
      tile.element.tabIndex = tile === chosen ? 0 : -1;
      if (tile === chosen) tile.element.setAttribute("aria-current", "true");
      else tile.element.removeAttribute("aria-current");
    }
    for (const callback of this.#onChoose) callback();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #scrolled(entries) {
    for (const { target, isIntersecting } of entries) {
      const tile = this.#order.find(({ element }) => element === target);
      if (tile !== undefined) tile.onScreen = isIntersecting;
    }
    this.#stream().askSoon();
  }
}

/** Of the camera's pictures as they are shown; 0: not known yet. @param {CameraTile} tile */
function aspectOf({ stage, status }) {
  const { shown } = stage.whole;
  const sensor = {
    width: shown?.source_width || status?.width || 0,
    height: shown?.source_height || status?.height || 0,
  };
  const { width, height } = stage.viewport.orientation.size(sensor);
  return height > 0 ? width / height : 0;
}
