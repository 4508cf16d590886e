/** One camera's picture: decodes the newest frame and paints it with the screen's rhythm. */

import { checkPicture, decodePicture } from "./jpeg.js";
import { PixelBudget } from "./model/pixel_budget.js";
import { PictureDecoder } from "./picture_decoder.js";
import { RateMeter } from "./rate_meter.js";
import { UsualInterval } from "./usual_interval.js";

/** Of all pictures of the page: a server may not fill the computer's memory. */
const budget = new PixelBudget();

/** Of the newest picture in the mean time of decoding. */
const MEAN_PART = 0.1;

export class PictureCanvas {
  /** @type {FrameHeader | null} of the picture on the screen; null before the first one */
  shown = null;
  /** Why the last damaged frame could not be decoded. */
  damage = "";
  /** What is on the canvas stays: pictures that are still being decoded are thrown away. */
  held = false;
  /** How long decoding takes, a mean of the last pictures in milliseconds; 0: not known yet. */
  decodeMs = 0;
  #canvas;
  #context;
  #decoder;
  #rate = new RateMeter();
  #intervals = new UsualInterval();
  /** @type {{bitmap: ImageBitmap, frame: FrameHeader} | null} to be painted, then closed */
  #next = null;
  /** Pictures that were decoded and replaced before they were painted. */
  #unpainted = 0;
  /** The tile is gone: what is still being decoded is thrown away. */
  #removed = false;
  #painted;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: FrameHeader) => void} painted called when a picture is on the canvas, before
   *   the screen shows it
   */
  constructor(canvas, painted) {
    this.#canvas = canvas;
    this.#painted = painted;
    this.#context = /** @type {ImageBitmapRenderingContext} */ (
      canvas.getContext("bitmaprenderer", { alpha: false })
    );
    this.#decoder = new PictureDecoder({
      decode: (frame) => this.#decode(frame),
      onPicture: (bitmap, frame) => this.#keep(bitmap, frame),
      onDamage: (error) => {
        this.damage = error.message;
      },
    });
  }

  /** @type {(frame: Frame, settled: () => void) => void} as PictureDecoder.offer */
  offer(frame, settled) {
    this.#decoder.offer(frame, settled);
  }

  /** Pictures that a newer one replaced before they were seen. */
  get replaced() {
    return this.#decoder.replaced + this.#unpainted;
  }

  /** Pictures that could not be decoded. */
  get damaged() {
    return this.#decoder.damaged;
  }

  /** @param {number} nowMs */
  shownFps(nowMs) {
    return this.#rate.perSecond(nowMs);
  }

  /** Usual time between two pictures painted, 0 while it is not known. */
  get intervalMs() {
    return this.#intervals.ms;
  }

  remove() {
    this.#removed = true;
    budget.release(this);
    this.#next?.bitmap.close();
    this.#next = null;
  }

  /** @param {Frame} frame */
  async #decode(frame) {
    checkPicture(frame);
    if (!this.#removed && !budget.take(this, frame.width * frame.height)) {
      throw new Error("the pictures of all cameras together are too large for this viewer");
    }
    const startMs = performance.now();
    const bitmap = await decodePicture(frame);
    const tookMs = performance.now() - startMs;
    this.decodeMs += (tookMs - this.decodeMs) * (this.decodeMs === 0 ? 1 : MEAN_PART);
    return bitmap;
  }

  /** @type {(bitmap: ImageBitmap, frame: Frame) => void} */
  #keep(bitmap, frame) {
    if (this.#removed || this.held) {
      bitmap.close();
      return;
    }
    if (this.#next === null) {
      requestAnimationFrame((nowMs) => this.#paint(nowMs));
    } else {
      this.#unpainted += 1;
      this.#next.bitmap.close();
    }
    const { payload, ...header } = frame; // without the payload: the bundle need not live on
    this.#next = { bitmap, frame: header };
  }

  /** @param {number} nowMs */
  #paint(nowMs) {
    if (this.#next === null) return;
    const { bitmap, frame } = this.#next;
    this.#next = null;
    if (this.held) {
      bitmap.close();
      return;
    }
    if (this.#canvas.width !== bitmap.width || this.#canvas.height !== bitmap.height) {
      this.#canvas.width = bitmap.width;
      this.#canvas.height = bitmap.height;
    }
    this.#context.transferFromImageBitmap(bitmap);
    this.shown = frame;
    this.#rate.add(nowMs);
    this.#intervals.add(nowMs);
    this.#painted(frame);
  }
}
