/**
 * A rectangle that is drawn on a camera's picture, with the pointer or with keys: for the region
 * that the camera sends, and for picking something grey. Coordinates are those of the frame.
 */

import { registerOverlay } from "../shell/registry.js";

/** CSS pixels round an edge in which the pointer takes hold of it. */
const HOLD = 8;

/** A rectangle of fewer CSS pixels is a click. */
const CLICK = 4;

/** Pixels of the frame on each side of a point that was clicked. */
const AROUND = 12;

/** @typedef {{
 *   camera: number, kind: "region" | "grey", rectangle: Rectangle | null, step: Point, sizeStep?: Point,
 *   snap: (rectangle: Rectangle) => Rectangle, text: (rectangle: Rectangle) => string,
 *   done: (rectangle: Rectangle) => void, ended: () => void,
 * }} Drawing */

class RectangleTool {
  /** @type {Drawing | null} null: nothing is drawn */
  drawing = null;
  /** @type {Services | null} */
  services = null;
  /** What the pressed pointer does. @type {{ begin: Point, from: Rectangle, edges: Point } | null} */
  #hold = null;

  constructor() {
    document.addEventListener("keydown", (event) => this.#key(event), true);
  }

  /** @param {Drawing} drawing */
  start(drawing) {
    this.stop();
    this.drawing = drawing;
    this.#repaint();
  }

  /** End without a result. */
  stop() {
    const { drawing } = this;
    this.drawing = null;
    this.#hold = null;
    if (drawing === null) return;
    this.services?.hint(drawing.camera, "");
    this.services?.requestOverlayPaint(drawing.camera);
    drawing.ended();
  }

  #repaint() {
    if (this.drawing !== null) this.services?.requestOverlayPaint(this.drawing.camera);
  }

  /** @param {Drawing} drawing */
  #finish(drawing) {
    const { rectangle, done } = drawing;
    this.stop();
    if (rectangle !== null) done(rectangle);
  }

  /** @type {(event: PointerEvent, view: OverlayView) => boolean} */
  pointer(event, view) {
    const { drawing } = this;
    if (drawing === null || drawing.camera !== view.camera.index) return false;
    const at = view.at(event);
    if (event.type === "pointerdown") {
      if (event.button !== 0) return false;
      const begin = view.toSensor(at);
      const edges = drawing.rectangle === null ? null : this.#edges(at, view, drawing.rectangle);
      const from = edges === null ? { ...begin, width: 0, height: 0 } : /** @type {Rectangle} */ (drawing.rectangle);
      this.#hold = { begin, from, edges: edges ?? { x: 1, y: 1 } };
      return true;
    }
    if (this.#hold === null) return false;
    if (event.type === "pointermove") this.#drag(view.toSensor(at), drawing);
    if (event.type === "pointercancel") this.#hold = null;
    if (event.type === "pointerup") this.#up(view, drawing);
    return true;
  }

  /**
   * Which edges move with the pointer: -1 the first, 1 the last, 0 none; both 0: all of it does.
   * Null: it is outside.
   * @type {(at: Point, view: OverlayView, rectangle: Rectangle) => Point | null}
   */
  #edges(at, view, rectangle) {
    const [first, last] = corners(rectangle).map(view.toStage);
    const turned = Math.abs(view.toSensor({ x: at.x + 1, y: at.y }).x - view.toSensor(at).x) < 1e-9;
    /** @type {(name: "x" | "y") => number | null} */
    const side = (name) => {
      if (Math.abs(at[name] - first[name]) <= HOLD) return -1;
      if (Math.abs(at[name] - last[name]) <= HOLD) return 1;
      const [low, high] = [Math.min(first[name], last[name]), Math.max(first[name], last[name])];
      return at[name] > low && at[name] < high ? 0 : null;
    };
    const [across, down] = [side("x"), side("y")];
    if (across === null || down === null) return null;
    return turned ? { x: down, y: across } : { x: across, y: down };
  }

  /** @type {(now: Point, drawing: Drawing) => void} */
  #drag(now, drawing) {
    if (this.#hold === null) return;
    const { begin, from, edges } = this.#hold;
    const [dx, dy] = [now.x - begin.x, now.y - begin.y];
    const all = edges.x === 0 && edges.y === 0;
    const drawn = all ? { ...from, x: from.x + dx, y: from.y + dy } : moved(from, edges, dx, dy);
    drawing.rectangle = drawing.snap(drawn);
    this.#repaint();
  }

  /** @type {(view: OverlayView, drawing: Drawing) => void} */
  #up(view, drawing) {
    const hold = this.#hold;
    this.#hold = null;
    if (hold === null || drawing.kind !== "grey") return;
    const { x, y, width, height } = drawing.rectangle ?? { ...hold.begin, width: 0, height: 0 };
    const [first, last] = corners({ x, y, width, height }).map(view.toStage);
    const clicked = Math.hypot(first.x - last.x, first.y - last.y) < CLICK;
    if (clicked) drawing.rectangle = drawing.snap(around(hold.begin));
    this.#finish(drawing);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { drawing } = this;
    if (drawing === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") this.stop();
    else if (typing || (target instanceof HTMLButtonElement && event.key === "Enter")) return;
    else if (event.key === "Enter") {
      const frame = this.services?.picture(drawing.camera).viewport.frame;
      if (drawing.rectangle === null && frame) drawing.rectangle = drawing.snap(around({ x: frame.width / 2, y: frame.height / 2 }));
      this.#finish(drawing);
    } else if (step !== undefined && drawing.rectangle !== null) {
      const by = (event.shiftKey ? drawing.sizeStep : null) ?? drawing.step;
      const [dx, dy] = [step[0] * by.x, step[1] * by.y];
      const from = drawing.rectangle;
      const drawn = event.shiftKey ? moved(from, { x: 1, y: 1 }, dx, dy) : { ...from, x: from.x + dx, y: from.y + dy };
      drawing.rectangle = drawing.snap(drawn);
      this.#repaint();
      this.services?.announce(drawing.text(drawing.rectangle));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @type {(context: CanvasRenderingContext2D, view: OverlayView) => void} */
  paint(context, view) {
    const { drawing } = this;
    if (drawing === null || drawing.camera !== view.camera.index || drawing.rectangle === null) return;
    const [one, other] = corners(drawing.rectangle).map(view.toStage);
    const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
    const [width, height] = [Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
    context.fillStyle = "rgb(0 0 0 / 55%)";
    context.beginPath();
    context.rect(0, 0, view.width, view.height);
    context.rect(x, y, width, height);
    context.fill("evenodd");
    context.lineWidth = 3;
    context.strokeStyle = "rgb(0 0 0 / 70%)";
    context.strokeRect(x, y, width, height);
    context.lineWidth = 1.5;
    context.strokeStyle = "#fff";
    context.strokeRect(x, y, width, height);
    context.fillStyle = "#fff";
    for (const px of [x, x + width / 2, x + width]) {
      for (const py of [y, y + height / 2, y + height]) {
        if (px !== x + width / 2 || py !== y + height / 2) context.fillRect(px - 3, py - 3, 6, 6);
      }
    }
    label(context, drawing.text(drawing.rectangle), x, y, view);
  }
}

/** @type {(context: CanvasRenderingContext2D, text: string, x: number, y: number, view: OverlayView) => void} */
function label(context, text, x, y, view) {
  context.font = "13px system-ui, sans-serif";
  const wide = context.measureText(text).width + 12;
  const left = Math.max(2, Math.min(x, view.width - wide - 2));
  const top = y > 24 ? y - 23 : Math.min(y + 4, view.height - 22);
  context.fillStyle = "rgb(0 0 0 / 75%)";
  context.fillRect(left, top, wide, 20);
  context.fillStyle = "#fff";
  context.fillText(text, left + 6, top + 14);
}

/** @param {Rectangle} rectangle @returns {[Point, Point]} */
function corners({ x, y, width, height }) {
  return [{ x, y }, { x: x + width, y: y + height }];
}

/** @param {Point} point */
function around({ x, y }) {
  return { x: x - AROUND, y: y - AROUND, width: 2 * AROUND, height: 2 * AROUND };
}

/** @type {(from: Rectangle, edges: Point, dx: number, dy: number) => Rectangle} */
function moved(from, edges, dx, dy) {
  /** @type {(begin: number, size: number, edge: number, by: number) => [number, number]} */
  const side = (begin, size, edge, by) => {
    const first = begin + (edge < 0 ? by : 0);
    const last = begin + size + (edge > 0 ? by : 0);
    return [Math.min(first, last), Math.abs(last - first)];
  };
  const [x, width] = side(from.x, from.width, edges.x, dx);
  const [y, height] = side(from.y, from.height, edges.y, dy);
  return { x, y, width, height };
}

export const rectangleTool = new RectangleTool();

registerOverlay((services) => {
  rectangleTool.services = services;
  return {
    paint: (context, view) => rectangleTool.paint(context, view),
    pointer: (event, view) => rectangleTool.pointer(event, view),
    active: (camera) => rectangleTool.drawing?.camera === camera,
  };
});
