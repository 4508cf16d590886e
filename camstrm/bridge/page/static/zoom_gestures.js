/** Wheel, drag and pinch on a stage, and the acts of a person, as movements of its viewport. */

/** Of one step of a wheel (100 pixels, or 3 lines) the zoom changes by this factor. */
const WHEEL_STEP = 1.25;
const PIXELS_OF_A_LINE = 100 / 3;
const PIXELS_OF_A_STEP = 100;
/** A trackpad's pinch arrives as a wheel with ctrl, in much smaller steps. */
const PINCH_GAIN = 8;
/** Of a key the zoom changes by this factor, the place by this part of the stage. */
const KEY_STEP = 1.5;
const KEY_PART = 1 / 8;

/** @type {Record<string, [number, number]>} which way the picture moves, in parts of the stage */
const ARROWS = {
  ArrowLeft: [KEY_PART, 0],
  ArrowRight: [-KEY_PART, 0],
  ArrowUp: [0, KEY_PART],
  ArrowDown: [0, -KEY_PART],
};

/** @type {(event: Pick<WheelEvent, "deltaY" | "deltaMode" | "ctrlKey">) => number} */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const pixels = deltaMode === 0 ? deltaY : deltaY * PIXELS_OF_A_LINE;
  const gain = ctrlKey && Math.abs(pixels) < PIXELS_OF_A_STEP / 2 ? PINCH_GAIN : 1;
  return WHEEL_STEP ** ((-pixels * gain) / PIXELS_OF_A_STEP);
}

/**
 * Whether the act did something: the id of an action, or a key that moves what is enlarged.
 * @type {(viewport: Viewport, act: string, stage: Size, pixelRatio: number) => boolean}
 */
export function applyKey(viewport, act, stage, pixelRatio) {
  if (act === "fit") viewport.fit();
  else if (act === "native") viewport.zoomTo(1 / pixelRatio);
  else if (act === "zoom_in") viewport.zoomBy(KEY_STEP);
  else if (act === "zoom_out") viewport.zoomBy(1 / KEY_STEP);
  else if (Object.hasOwn(ARROWS, act) && !viewport.fits) {
    const [x, y] = ARROWS[act];
    viewport.panBy(x * stage.width, y * stage.height);
  } else return false;
  return true;
}

/**
 * The small picture of the whole: where it is pressed is looked at, and while it is dragged on.
 * @type {(map: HTMLElement, viewport: Viewport, moved: () => void) => void}
 */
export function listenToMap(map, viewport, moved) {
  const look = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const { left, top, width, height } = map.getBoundingClientRect();
    const { picture } = viewport;
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    viewport.lookAt({ x: x * picture.width, y: y * picture.height });
    moved();
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    map.setPointerCapture(event.pointerId);
    look(event);
  });
  map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && look(event));
  // On the picture it would be one on the camera.
  map.addEventListener("dblclick", (event) => event.stopPropagation());
}

export class ZoomGestures {
  #stage;
  #viewport;
  #moved;
  /** @type {Map<number, {x: number, y: number}>} where fingers and pressed buttons are */
  #pointers = new Map();

  /** @type {(stage: HTMLElement, viewport: Viewport, moved: () => void) => ZoomGestures} */
  static listen(stage, viewport, moved) {
    const gestures = new ZoomGestures(stage, viewport, moved);
    stage.addEventListener("wheel", (event) => gestures.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => gestures.#down(event));
    stage.addEventListener("pointermove", (event) => gestures.#move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      stage.addEventListener(type, ({ pointerId }) => gestures.#pointers.delete(pointerId));
    }
    return gestures;
  }

  /** @param {HTMLElement} stage @param {Viewport} viewport @param {() => void} moved */
  constructor(stage, viewport, moved) {
    this.#stage = stage;
    this.#viewport = viewport;
    this.#moved = moved;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!this.#viewport.known || event.deltaY === 0) return;
    const factor = wheelFactor(event);
    // The page scrolls on where there is nothing to make smaller.
    if (factor < 1 && this.#viewport.fits && !event.ctrlKey) return;
    event.preventDefault();
    const { x, y } = this.#at(event);
    this.#viewport.zoomBy(factor, x, y);
    this.#moved();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, this.#at(event));
    const moves = !this.#viewport.fits || this.#pointers.size > 1;
    if (moves) this.#stage.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = this.#at(event);
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId);
    this.#pointers.set(event.pointerId, now);
    if (others.length === 0 && this.#viewport.fits) return;
    if (others.length === 0) this.#viewport.panBy(now.x - before.x, now.y - before.y);
    else this.#pinch(others[0][1], before, now);
    this.#moved();
  }

  /**
   * One of two fingers has moved: what was below both stays below both.
   * @type {(other: Point, before: Point, now: Point) => void}
   */
  #pinch(other, before, now) {
    const distance = (/** @type {Point} */ { x, y }) => Math.hypot(x - other.x, y - other.y);
    if (distance(before) < 1) return;
    const middle = { x: (other.x + now.x) / 2, y: (other.y + now.y) / 2 };
    this.#viewport.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    this.#viewport.zoomBy(distance(now) / distance(before), middle.x, middle.y);
  }

  /** @param {MouseEvent} event @returns {Point} on the stage */
  #at({ clientX, clientY }) {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
