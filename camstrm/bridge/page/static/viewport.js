/**
 * Which part of a camera's frame is on the screen, and how large: plain geometry. "Frame" is
 * counted in the camera's pixels, "stage" in CSS pixels of the place where the picture is shown.
 * "Picture" is the frame as it is turned for the person who looks at it.
 */

import { UPRIGHT } from "./model/orientation.js";

/** CSS pixels for one of the camera's at most: single ones are easily distinguished. */
const MAX_SCALE = 40;

export class Viewport {
  /** The whole frame is shown as large as the stage allows, whatever size either has. */
  fits = true;
  #stage = { width: 0, height: 0 };
  #frame = { width: 0, height: 0 };
  /** CSS pixels for one pixel of the frame; only while it does not fit. */
  #scale = 1;
  /** What of the picture is in the middle of the stage; only while it does not fit. */
  #centre = { x: 0, y: 0 };
  #orientation = UPRIGHT;

  /** @type {(width: number, height: number) => void} */
  setStage(width, height) {
    this.#stage = { width, height };
    this.#clamp();
  }

  /** @type {(width: number, height: number) => void} another size: the whole frame is shown */
  setFrame(width, height) {
    if (width === this.#frame.width && height === this.#frame.height) return;
    this.#frame = { width, height };
    this.fits = true;
  }

  /** @param {Orientation} orientation another one: what was in the middle stays there */
  setOrientation(orientation) {
    if (orientation.equals(this.#orientation)) return;
    const middle = this.#orientation.toSensor(this.#centre, this.#frame);
    this.#orientation = orientation;
    this.#centre = orientation.toPicture(middle, this.#frame);
    this.#clamp();
  }

  get orientation() {
    return this.#orientation;
  }

  /** Of the camera's frame, 0 while it is not known. @returns {Size} */
  get frame() {
    return { ...this.#frame };
  }

  /** Of the picture, as it is turned. @returns {Size} */
  get picture() {
    return this.#orientation.size(this.#frame);
  }

  /** Nothing can be placed before both sizes are known. */
  get known() {
    const { width, height } = this.#frame;
    return width > 0 && height > 0 && this.#stage.width > 0 && this.#stage.height > 0;
  }

  /** CSS pixels for one pixel of the frame. */
  get scale() {
    return this.fits ? this.#fitting : this.#scale;
  }

  get #fitting() {
    const { width, height } = this.picture;
    return Math.min(this.#stage.width / width, this.#stage.height / height);
  }

  fit() {
    this.fits = true;
  }

  /**
   * Enlarge `factor` times; what is at x, y of the stage (default: its middle) stays there. Making
   * it smaller ends where the whole frame fits.
   * @type {(factor: number, x?: number, y?: number) => void}
   */
  zoomBy(factor, x, y) {
    if (!this.known) return;
    const fitting = this.#fitting;
    const scale = Math.min(MAX_SCALE, this.scale * factor);
    if (factor < 1 && scale <= fitting && this.scale >= fitting) this.fit();
    else this.zoomTo(factor < 1 ? Math.max(scale, Math.min(fitting, this.scale)) : scale, x, y);
  }

  /** @type {(scale: number, x?: number, y?: number) => void} as zoomBy, to a scale */
  zoomTo(scale, x = this.#stage.width / 2, y = this.#stage.height / 2) {
    if (!this.known) return;
    const there = this.#pictureAt(x, y);
    this.fits = false;
    this.#scale = scale;
    this.#centre = {
      x: there.x - (x - this.#stage.width / 2) / scale,
      y: there.y - (y - this.#stage.height / 2) / scale,
    };
    this.#clamp();
  }

  /** @type {(dx: number, dy: number) => void} move the picture by CSS pixels */
  panBy(dx, dy) {
    if (this.fits) return;
    this.#centre.x -= dx / this.#scale;
    this.#centre.y -= dy / this.#scale;
    this.#clamp();
  }

  /** @type {(point: Point) => void} bring a point of the picture, as it is turned, to the middle */
  lookAt({ x, y }) {
    if (this.fits) return;
    this.#centre = { x, y };
    this.#clamp();
  }

  /** @type {(x: number, y: number) => {x: number, y: number}} what of the frame is there */
  frameAt(x, y) {
    return this.#orientation.toSensor(this.#pictureAt(x, y), this.#frame);
  }

  /** Where a point of the frame is on the stage. @type {(point: Point) => Point} */
  stageAt(point) {
    const { x, y } = this.#orientation.toPicture(point, this.#frame);
    const { left, top } = this.#origin;
    return { x: left + x * this.scale, y: top + y * this.scale };
  }

  /** Where a part of the frame is on the stage. @type {(part: Rectangle) => Rectangle} */
  place(part) {
    const { x, y, width, height } = this.#orientation.partToPicture(part, this.#frame);
    const { left, top } = this.#origin;
    const { scale } = this;
    return { x: left + x * scale, y: top + y * scale, width: width * scale, height: height * scale };
  }

  /** The part of the frame that is on the stage. @type {Rectangle} */
  get visible() {
    const { width, height } = this.picture;
    const first = this.#pictureAt(0, 0);
    const last = this.#pictureAt(this.#stage.width, this.#stage.height);
    const [x, y] = [Math.max(0, first.x), Math.max(0, first.y)];
    const [right, bottom] = [Math.min(width, last.x), Math.min(height, last.y)];
    const part = { x, y, width: right - x, height: bottom - y };
    return this.#orientation.partToSensor(part, this.#frame);
  }

  /** @type {(x: number, y: number) => Point} what of the picture is there on the stage */
  #pictureAt(x, y) {
    const { left, top } = this.#origin;
    return { x: (x - left) / this.scale, y: (y - top) / this.scale };
  }

  /** Where the picture's first pixel is on the stage. */
  get #origin() {
    const { scale } = this;
    const centre = this.fits ? this.#middle : this.#centre;
    return {
      left: this.#stage.width / 2 - centre.x * scale,
      top: this.#stage.height / 2 - centre.y * scale,
    };
  }

  get #middle() {
    const { width, height } = this.picture;
    return { x: width / 2, y: height / 2 };
  }

  /**
   * Let the frame cover the place where it fits as a whole. Enlarging it at any point of it keeps
   * to that by itself, so that the point need not move.
   */
  #clamp() {
    if (this.fits || !this.known) return;
    const part = this.#fitting / this.#scale;
    const { width, height } = this.picture;
    this.#centre = {
      x: clampCentre(this.#centre.x, part, width),
      y: clampCentre(this.#centre.y, part, height),
    };
  }
}

/** @type {(centre: number, part: number, size: number) => number} `part` of `size` covers the place */
function clampCentre(centre, part, size) {
  const half = (part * size) / 2;
  if (part >= 1) return size / 2;
  return Math.min(Math.max(centre, half), size - half);
}
