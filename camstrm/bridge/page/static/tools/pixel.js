/**
 * Position and value of the pixel below the pointer, or at the crosshair: from the raw bits while they
 * can be had, otherwise from the JPEG that is on the screen, which is said.
 */

import { cellRequest, jpegText, pictureAt, pixelAt, placeText, rawText } from "../model/pixel_value.js";
import { Sampler } from "../model/sampler.js";
import { areaOf } from "../picture_place.js";
import { registerOverlay } from "../shell/registry.js";
import { say } from "../texts.js";
import { toolsOf, writeLine } from "./tools.js";

const TICK_MS = 50;
/** A pointer that rests so long is not looked at any more: somebody left the mouse there. */
const RESTING_MS = 15_000;
/** A raw value of a frame that is so old says less than the picture. */
const OLD_MS = 1500;

class PixelReader {
  #services;
  #tools;
  #sampler = new Sampler();
  /** @type {{camera: number, at: Point, movedMs: number} | null} where the pointer is on a stage */
  #pointer = null;
  /**
   * The last raw value: which pixel of which camera, and when it came.
   * @type {{camera: number, pixel: Point, values: Record<string, number>, bits: number, atMs: number} | null}
   */
  #raw = null;
  /** setInterval while there is anything to read, 0: nothing. */
  #ticking = 0;
  /** Camera whose picture has the text, -1: none. */
  #written = -1;
  /** One pixel of a picture. */
  #sample;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    this.#tools = toolsOf(services);
    this.#tools.onChange(() => this.#wake());
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const options = { willReadFrequently: true };
    this.#sample = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", options));
  }

  /** @type {(camera: number, at: Point | null) => void} null: the pointer has left */
  pointAt(camera, at) {
    if (at !== null) this.#pointer = { camera, at, movedMs: performance.now() };
    else if (this.#pointer?.camera === camera) this.#pointer = null;
    this.#wake();
  }

  #wake() {
    if (this.#ticking === 0) this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** The pixel that is meant: below the pointer, else at the crosshair of the chosen camera. */
  #meant() {
    const pointer = this.#pointer;
    if (pointer !== null && performance.now() - pointer.movedMs < RESTING_MS) {
      const found = this.#services.tiles.tile(pointer.camera);
      if (found !== undefined && found.stage.viewport.known) {
        const { viewport } = found.stage;
        const pixel = pixelAt(viewport.frameAt(pointer.at.x, pointer.at.y), viewport.frame);
        if (pixel !== null) return { camera: pointer.camera, pixel, stage: found.stage };
      }
    }
    if (!this.#services.settings.get("tools.crosshair", false)) return null;
    const chosen = this.#tools.chosen();
    if (chosen === null) return null;
    const { camera, stage, frame } = chosen;
    return { camera: camera.index, pixel: this.#tools.crosshair(camera.index).at(frame), stage };
  }

  #tick() {
    const meant = document.hidden ? null : this.#meant();
    if (this.#written !== (meant?.camera ?? -1)) writeLine(this.#services, this.#written, "pixel", "");
    this.#written = meant?.camera ?? -1;
    if (meant === null) {
      this.#sampler.want(-1, null);
      clearInterval(this.#ticking);
      this.#ticking = 0;
      return;
    }
    const { camera, pixel, stage } = meant;
    const { frozen } = stage.freeze;
    const raw = !frozen && this.#services.live();
    this.#sampler.want(camera, raw ? cellRequest(pixel, stage.viewport.frame) : null);
    const due = this.#sampler.due(performance.now());
    if (due !== null) this.#ask(due);
    writeLine(this.#services, camera, "pixel", this.#text(camera, pixel, stage));
  }

  /** @type {(camera: number, pixel: Point, stage: PictureStage) => string} */
  #text(camera, pixel, stage) {
    const { frozen } = stage.freeze;
    const raw = this.#raw;
    const same = raw?.camera === camera && raw.pixel.x === pixel.x && raw.pixel.y === pixel.y;
    if (!frozen && same && performance.now() - raw.atMs < OLD_MS) {
      const said = rawText(pixel, raw.values, raw.bits);
      return say(said.key, said.values);
    }
    const rgb = this.#shownValue(pixel, stage);
    const said = rgb === null ? placeText(pixel) : jpegText(pixel, rgb, frozen);
    return say(said.key, said.values);
  }

  /** @type {(pixel: Point, stage: PictureStage) => [number, number, number] | null} */
  #shownValue(pixel, stage) {
    for (const { canvas, frame } of stage.layers.toReversed()) {
      const at = pictureAt(pixel, areaOf(frame), canvas);
      if (at === null) continue;
      this.#sample.drawImage(canvas, at.x, at.y, 1, 1, 0, 0, 1, 1);
      const [red, green, blue] = this.#sample.getImageData(0, 0, 1, 1).data;
      return [red, green, blue];
    }
    return null;
  }

  /** @param {{id: number, camera: number, args: {point: [number, number]}}} due */
  async #ask({ id, camera, args }) {
    try {
      const { point = {}, bits } = await this.#services.call(camera, "measure", args);
      const atMs = performance.now();
      if (!this.#sampler.answered(id, true, atMs)) return;
      const [x, y] = args.point;
      this.#raw = { camera, pixel: { x, y }, values: point, bits, atMs };
    } catch {
      // The value of the JPEG is shown, and said to be that.
      this.#sampler.answered(id, false, performance.now());
    }
  }
}

registerOverlay((services) => {
  const reader = new PixelReader(services);
  return {
    active: () => false,
    paint() {},
    pointer(event, view) {
      if (event.pointerType === "touch") return false;
      const gone = event.type === "pointerleave" || event.type === "pointercancel";
      reader.pointAt(view.camera.index, gone ? null : view.at(event));
      return false;
    },
  };
});
