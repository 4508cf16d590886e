/** Lines over a picture that are seen on any: light ones on a dark edge. */

const LIGHT = "#fff";
const EDGE = "rgb(0 0 0 / 70%)";
export const ACCENT = "#6cb2f7";

/**
 * Stroke a path twice, first its edge.
 * @type {(context: CanvasRenderingContext2D, path: Path2D, colour?: string, width?: number) => void}
 */
export function stroke(context, path, colour = LIGHT, width = 1) {
  context.lineCap = "round";
  context.strokeStyle = EDGE;
  context.lineWidth = width + 2;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/** On the middle of a pixel of the screen: a thin line is one pixel and not two grey ones. @param {number} at */
export function crisp(at) {
  return Math.floor(at) + 0.5;
}

/** @type {(...points: Point[]) => Path2D} */
export function pathOf(...points) {
  const path = new Path2D();
  points.forEach(({ x, y }, at) => (at === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  return path;
}

/** The middle of a pixel of the sensor. @param {Point} pixel @returns {Point} */
export function middleOf({ x, y }) {
  return { x: x + 0.5, y: y + 0.5 };
}
