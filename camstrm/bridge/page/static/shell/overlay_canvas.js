/**
 * What tools paint on a picture: one canvas above it, painted when a picture or the viewport is
 * another, or a tool asks for it. While no tool is active it has no pixels and costs nothing.
 */

/** @type {(keyof HTMLElementEventMap)[]} */
const EVENTS = ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"];

export class OverlayCanvas {
  #stage;
  #canvas;
  #picture;
  #overlays;
  #camera;
  /** requestAnimationFrame that will paint, 0: none. */
  #asked = 0;
  /** @type {Overlay | null} the one that has taken the pressed pointer */
  #taker = null;
  /** Whether the last press was taken: its double-click is not one on the picture. */
  taken = false;

  /**
   * @param {Record<string, HTMLElement>} elements stage, overlay
   * @param {PictureStage} picture
   * @param {Overlay[]} overlays
   * @param {CameraInfo} camera
   */
  constructor({ stage, overlay }, picture, overlays, camera) {
    this.#stage = stage;
    this.#canvas = /** @type {HTMLCanvasElement} */ (overlay);
    this.#picture = picture;
    this.#overlays = overlays;
    this.#camera = camera;
    // Before the gestures of the picture: what is taken here does not move it.
    for (const type of EVENTS) stage.addEventListener(type, (event) => this.#pointer(event), true);
  }

  /** Paint with the next picture of the screen. */
  paintSoon() {
    if (this.#asked !== 0) return;
    if (this.#canvas.hidden && !this.#active) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      this.#paint();
    });
  }

  remove() {
    cancelAnimationFrame(this.#asked);
    this.#asked = -1;
  }

  get #active() {
    return this.#overlays.some((overlay) => overlay.active?.(this.#camera.index) ?? true);
  }

  /** @returns {OverlayView} */
  get #view() {
    const { viewport } = this.#picture;
    const { clientWidth: width, clientHeight: height } = this.#stage;
    return {
      camera: this.#camera,
      width,
      height,
      pixelRatio: window.devicePixelRatio,
      toStage: (point) => viewport.stageAt(point),
      toSensor: ({ x, y }) => viewport.frameAt(x, y),
      at: ({ clientX, clientY }) => {
        const { left, top } = this.#stage.getBoundingClientRect();
        return { x: clientX - left, y: clientY - top };
      },
      frame: this.#picture.shown,
    };
  }

  #paint() {
    const active = this.#active;
    this.#canvas.hidden = !active;
    if (!active) {
      this.#canvas.width = this.#canvas.height = 0;
      return;
    }
    const view = this.#view;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const width = Math.round(view.width * view.pixelRatio);
    const height = Math.round(view.height * view.pixelRatio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.#picture.viewport.known) return;
    for (const overlay of this.#overlays) {
      context.save();
      context.scale(view.pixelRatio, view.pixelRatio);
      overlay.paint(context, view);
      context.restore();
    }
  }

  /** @param {Event} given */
  #pointer(given) {
    const event = /** @type {PointerEvent} */ (given);
    if (event.type === "pointerleave" && event.target !== this.#stage) return;
    if (!this.#picture.viewport.known) return;
    const view = this.#view;
    if (event.type === "pointerdown") this.taken = false;
    const asked = this.#taker === null ? this.#overlays.toReversed() : [this.#taker];
    const taker = asked.find((overlay) => overlay.pointer?.(event, view) ?? false) ?? null;
    if (event.type === "pointerdown" && taker !== null) {
      this.#taker = taker;
      this.taken = true;
      this.#stage.setPointerCapture(event.pointerId);
    }
    if (taker !== null || this.#taker !== null) event.stopImmediatePropagation();
    if (event.type === "pointerup" || event.type === "pointercancel") this.#taker = null;
  }
}
