/**
 * The place of one camera's picture: the whole picture, and above it the part that was asked for at
 * the screen's resolution. Both are placed by the same viewport, so that nothing moves when one
 * comes or goes.
 */

import { Freeze } from "./model/freeze.js";
import { PictureCanvas } from "./picture_canvas.js";
import { drawTurned, isSharp, placeCanvas } from "./picture_place.js";
import { say } from "./texts.js";
import { Viewport } from "./viewport.js";
import { regionWish, smallWish } from "./view_wish.js";

/** The stage has one size for so long before a picture of that size is asked for. */
const SETTLED_MS = 400;
/** A part that has not come for so long after a newer whole picture is not shown any more. */
const LATE_PART_MS = 500;

export class PictureStage {
  viewport = new Viewport();
  /** Whether the picture stands still because a person wants it. */
  freeze = new Freeze();
  /** The newest picture that came, also while another one stands still; null before the first. */
  newest = /** @type {FrameHeader | null} */ (null);
  /** The whole picture: counts and figures of it are the camera's. */
  whole;
  #part;
  /** Of the small picture of the whole. */
  #overview;
  #elements;
  #changed;
  #placed;
  #resizes;
  /** Of the stage, in CSS pixels. */
  #size = { width: 0, height: 0 };
  /** setTimeout of the last change of size, 0: none. */
  #settling = 0;
  /** @type {Size | null} of the usual whole picture, as it is on a link that is fast enough */
  #usual = null;
  /** @type {SmallView | null} */
  #small = null;
  /** performance.now() when a newer whole picture was there than the part shows; null: none is. */
  #overtakenAtMs = /** @type {number | null} */ (null);
  /** Longest side to which the server reduces whole pictures for this page, 0: it does not. */
  #reduced = 0;
  /** The view that was asked for when the picture was frozen: nothing else is until it goes on. */
  #frozenWish = /** @type {SmallView | PartialView | null} */ (null);
  /** Whether the part was on the screen then. */
  #frozenPart = false;

  /**
   * @param {Record<string, HTMLElement>} elements stage, canvas, part, where, map, overview, seen
   * @param {() => void} changed called when another view may be wanted
   * @param {() => void} placed called after each picture and movement, when it is where it belongs
   */
  constructor(elements, changed, placed = () => {}) {
    this.#elements = elements;
    this.#changed = changed;
    this.#placed = placed;
    this.whole = new PictureCanvas(canvasOf(elements.canvas), (frame) => this.#wholePainted(frame));
    this.#part = new PictureCanvas(canvasOf(elements.part), () => this.#partPainted());
    this.#overview = /** @type {CanvasRenderingContext2D} */ (
      canvasOf(elements.overview).getContext("2d", { alpha: false })
    );
    this.#resizes = new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect));
    this.#resizes.observe(elements.stage);
  }

  /** The newest picture that a person looks at; null before the first. */
  get shown() {
    return this.#partIsShown ? this.#part.shown : this.whole.shown;
  }

  /** Holds the newest whole picture. */
  get canvas() {
    return canvasOf(this.#elements.canvas);
  }

  /**
   * What is on the screen: the whole picture and, over it, the part that is shown.
   * @returns {{canvas: HTMLCanvasElement, frame: FrameHeader, sharp: boolean}[]}
   */
  get layers() {
    const { canvas, part } = this.#elements;
    const found = [{ canvas: canvasOf(canvas), frame: this.whole.shown }];
    if (this.#partIsShown) found.push({ canvas: canvasOf(part), frame: this.#part.shown });
    return found.flatMap(({ canvas, frame }) => {
      if (frame === null) return [];
      return [{ canvas, frame, sharp: isSharp(frame, this.viewport, window.devicePixelRatio) }];
    });
  }

  /** Let the picture stand still, or go on; gives whether it stands. */
  toggleFreeze() {
    const [wish, part] = [this.wish, this.#partIsShown];
    const frozen = this.freeze.toggle(this.shown);
    [this.#frozenWish, this.#frozenPart] = [wish, part];
    this.whole.held = this.#part.held = frozen;
    this.#elements.stage.toggleAttribute("data-frozen", frozen);
    this.moved();
    return frozen;
  }

  /** @param {Orientation} orientation */
  turn(orientation) {
    if (orientation.equals(this.viewport.orientation)) return;
    this.viewport.setOrientation(orientation);
    this.#settleSoon();
    this.#paintOverview();
    this.moved();
  }

  /** Pictures of either kind that could not be decoded, and why the last one could not. */
  get trouble() {
    const damage = this.#part.damage || this.whole.damage;
    return { damaged: this.whole.damaged + this.#part.damaged, damage };
  }

  /**
   * As PictureDecoder.offer. `part`: it was asked for beside the whole picture.
   * @type {(frame: Frame, settled: () => void, part: boolean) => void}
   */
  offer(frame, settled, part) {
    const { payload, ...header } = frame;
    this.newest = header;
    if (!this.freeze.takes()) {
      settled();
      return;
    }
    (part ? this.#part : this.whole).offer(frame, settled);
  }

  /** @param {number} reduced as in `status` */
  reducedTo(reduced) {
    if (reduced === this.#reduced) return;
    this.#reduced = reduced;
    this.#settleSoon();
  }

  /** The view that this place asks for now; null: the usual whole picture does. */
  get wish() {
    if (this.freeze.frozen) return this.#frozenWish;
    const part = regionWish(this.viewport, window.devicePixelRatio, this.whole.shown);
    return part ?? (this.viewport.fits ? this.#small : null);
  }

  /** Something about the viewport is another: show it, and ask for what fits it. */
  moved() {
    this.#place();
    this.#changed();
  }

  /** Look whether the part still is of the present. */
  refresh() {
    this.#elements.part.hidden = !this.#partIsShown;
  }

  remove() {
    clearTimeout(this.#settling);
    this.#resizes.disconnect();
    this.whole.remove();
    this.#part.remove();
  }

  get #partIsShown() {
    const [whole, part] = [this.whole.shown, this.#part.shown];
    if (this.viewport.fits || whole === null || part === null) return false;
    if (whole.source_width !== part.source_width) return false; // of before the frame's size changed
    if (whole.source_height !== part.source_height) return false;
    if (this.freeze.frozen) return this.#frozenPart;
    const overtakenAtMs = this.#overtakenAtMs;
    return overtakenAtMs === null || performance.now() - overtakenAtMs < LATE_PART_MS;
  }

  /** @param {FrameHeader} frame */
  #wholePainted(frame) {
    const { view, width, height, source_width, source_height } = frame;
    this.viewport.setFrame(source_width, source_height);
    if (view === 0 && (this.#reduced === 0 || this.#usual === null)) {
      const same = this.#usual?.width === width && this.#usual.height === height;
      this.#usual = { width, height };
      if (!same) this.#settleSoon();
    }
    const part = this.#part.shown;
    if (part !== null && part.capture_time_us < frame.capture_time_us) {
      this.#overtakenAtMs ??= performance.now();
    }
    this.#place();
    this.#paintOverview();
  }

  #partPainted() {
    this.#overtakenAtMs = null;
    this.#place();
  }

  #paintOverview() {
    const { map, canvas } = this.#elements;
    if (map.hidden) return;
    const { width, height } = this.#overview.canvas;
    const box = { x: 0, y: 0, width, height };
    drawTurned(this.#overview, canvasOf(canvas), box, this.viewport.orientation);
  }

  /** @param {Size} size of the stage */
  #resized({ width, height }) {
    this.#size = { width, height };
    this.viewport.setStage(width, height);
    this.#settleSoon();
    this.moved();
  }

  #settleSoon() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLED_MS);
  }

  #settle() {
    const before = this.#small;
    this.#small = smallWish(this.#fitting(), this.#usual, before, this.#reduced);
    if (JSON.stringify(this.#small) !== JSON.stringify(before)) this.#changed();
  }

  /** Size of the whole picture where it fits, in pixels of the screen. */
  #fitting() {
    const { shown } = this.whole;
    if (shown === null || shown.source_width === 0) return { width: 0, height: 0 };
    const { source_width: width, source_height: height } = shown;
    const picture = this.viewport.orientation.size({ width, height });
    const fitting = Math.min(this.#size.width / picture.width, this.#size.height / picture.height);
    const scale = fitting * window.devicePixelRatio;
    return { width: Math.round(width * scale), height: Math.round(height * scale) };
  }

  #place() {
    this.#placeAll();
    this.#placed();
  }

  #placeAll() {
    const { viewport } = this;
    const { stage, canvas, part, where, map } = this.#elements;
    const zoomed = !viewport.fits && viewport.known;
    const placed = viewport.known && (zoomed || viewport.orientation.css !== "");
    stage.toggleAttribute("data-zoomed", zoomed);
    stage.toggleAttribute("data-placed", placed);
    const opens = map.hidden && zoomed;
    where.hidden = map.hidden = !zoomed;
    if (opens) this.#paintOverview();
    part.hidden = !this.#partIsShown;
    if (!placed) {
      canvas.removeAttribute("style");
      return;
    }
    const { shown } = this.whole;
    if (shown !== null) placeCanvas(canvas, shown, viewport);
    if (this.#part.shown !== null) placeCanvas(part, this.#part.shown, viewport);
    if (zoomed) this.#writeWhere();
  }

  /** Say which part is in view: in figures, and as a frame in a small picture of the whole. */
  #writeWhere() {
    const { where, map, seen } = this.#elements;
    const { visible, orientation, frame, picture, scale } = this.viewport;
    const [x, y] = [Math.floor(visible.x), Math.floor(visible.y)];
    const size = `${Math.ceil(visible.width)}×${Math.ceil(visible.height)}`;
    const percent = Math.round(scale * window.devicePixelRatio * 100);
    where.textContent = say("states.in_view", { percent, size, x, y });
    const box = orientation.partToPicture(visible, frame);
    map.style.aspectRatio = `${picture.width} / ${picture.height}`;
    Object.assign(seen.style, {
      left: `${(box.x / picture.width) * 100}%`,
      top: `${(box.y / picture.height) * 100}%`,
      width: `${(box.width / picture.width) * 100}%`,
      height: `${(box.height / picture.height) * 100}%`,
    });
  }
}

/** @param {HTMLElement} element */
function canvasOf(element) {
  return /** @type {HTMLCanvasElement} */ (element);
}
