/**
 * What the tools of one page share: which of them are on, what a person has drawn on which camera,
 * and the measuring that they have in common.
 */

import { Crosshair } from "../model/guides.js";
import { measuredRegion, regionBetween } from "../model/region.js";
import { say } from "../texts.js";
import { Measuring } from "./measuring.js";

export class Tools {
  services;
  measuring;
  /** What the next drag on a picture draws, empty: it moves the picture. */
  drawing = "";
  /**
   * Keys draw instead of a pointer: on which camera, and where the first end is; null: they do not.
   * @type {{camera: number, from: Point | null} | null}
   */
  pen = null;
  /** Tools that are on, by their ids; not kept for the next time. @type {Set<string>} */
  #on = new Set();
  /** @type {Map<string, {from: Point, to: Point}>} by shape and camera; pixels of the sensor */
  #shapes = new Map();
  /** @type {Map<number, Crosshair>} by the camera's index */
  #crosshairs = new Map();
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {Services} services */
  constructor(services) {
    this.services = services;
    this.measuring = new Measuring(services, () => this.region());
    for (const name of ["tools.crosshair", "tools.grid", "calibration", "measure.region"]) {
      services.settings.changed(name, () => this.changed());
    }
  }

  /** @param {() => void} callback called when a tool is on or off, or something is drawn otherwise */
  onChange(callback) {
    this.#listeners.push(callback);
  }

  /** Something is another: show it. */
  changed() {
    for (const { info, element } of this.services.tiles.all) {
      // What still holds is written again when the overlay is painted.
      for (const line of element.querySelectorAll(".tool-line:not([data-tool=pixel])")) line.remove();
      this.services.requestOverlayPaint(info.index);
    }
    for (const callback of this.#listeners) callback();
  }

  /** @param {string} id */
  isOn(id) {
    return this.#on.has(id);
  }

  /** @param {string} id gives whether it is on now */
  toggle(id) {
    const on = !this.#on.delete(id);
    if (on) this.#on.add(id);
    this.changed();
    return on;
  }

  /** @param {string} shape empty: nothing is drawn any more */
  draw(shape) {
    this.drawing = shape;
    this.pen = null;
    for (const tile of this.services.tiles.all) {
      tile.element.toggleAttribute("data-drawing", shape !== "");
    }
    this.changed();
  }

  /** Where keys have put the first end. @type {(camera: number) => Point | null} */
  penFrom(camera) {
    return this.pen?.camera === camera ? this.pen.from : null;
  }

  /** @type {(shape: string, camera: number) => {from: Point, to: Point} | null} */
  shape(shape, camera) {
    return this.#shapes.get(`${shape} ${camera}`) ?? null;
  }

  /** @type {(shape: string, camera: number, ends: {from: Point, to: Point} | null) => void} */
  setShape(shape, camera, ends) {
    if (ends === null) this.#shapes.delete(`${shape} ${camera}`);
    else this.#shapes.set(`${shape} ${camera}`, ends);
    this.changed();
  }

  /** @param {number} camera */
  crosshair(camera) {
    const found = this.#crosshairs.get(camera) ?? new Crosshair();
    this.#crosshairs.set(camera, found);
    return found;
  }

  /** The chosen camera and its frame's size; null: there is none, or no picture of it. */
  chosen() {
    const camera = this.services.cameras.chosen();
    if (camera === null) return null;
    const stage = this.services.picture(camera.index);
    const { frame } = stage.viewport;
    return frame.width > 0 ? { camera, stage, frame } : null;
  }

  /** As chosen(); says it where there is none. */
  chosenOrHint() {
    const found = this.chosen();
    const camera = this.services.cameras.chosen();
    if (found === null && camera !== null) {
      this.services.hint(camera.index, say("tools.no_picture", { name: camera.name }));
    }
    return found;
  }

  /** Which part is measured: "whole", "visible", "centre" or "drawn". */
  get regionKind() {
    return this.services.settings.get("measure.region", "whole");
  }

  /** The measured part of the chosen camera, null: all of it. @returns {Region | null} */
  region() {
    const found = this.chosen();
    if (found === null) return null;
    const { camera, stage, frame } = found;
    const ends = this.shape("region", camera.index);
    const drawn = ends && regionBetween(ends.from, ends.to, frame);
    const { visible } = stage.viewport;
    return measuredRegion(this.regionKind, frame, { visible, drawn });
  }
}

/** @type {WeakMap<Services, Tools>} */
const made = new WeakMap();

/** @param {Services} services @returns {Tools} the same for the same page */
export function toolsOf(services) {
  const tools = made.get(services) ?? new Tools(services);
  made.set(services, tools);
  return tools;
}

/**
 * A line of text at the foot of a camera's picture; empty: none.
 * @type {(services: Services, camera: number, id: string, text: string) => void}
 */
export function writeLine(services, camera, id, text) {
  const foot = services.tiles.tile(camera)?.element.querySelector(".foot");
  if (!foot) return;
  let line = foot.querySelector(`[data-tool="${id}"]`);
  if (text === "") {
    line?.remove();
    return;
  }
  if (line === null) {
    line = document.createElement("p");
    line.className = "tool-line";
    line.setAttribute("data-tool", id);
    foot.prepend(line);
  }
  if (line.textContent !== text) line.textContent = text;
}
