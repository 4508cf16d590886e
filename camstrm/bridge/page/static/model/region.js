/** Which part of the sensor is measured. Parts begin and end with whole cells of a mosaic. */

const CELL = 2;

/**
 * The part of `kind`, null: the whole frame.
 * @type {(kind: string, frame: Size, parts: {visible?: Rectangle | null, drawn?: Region | null}) => Region | null}
 */
export function measuredRegion(kind, frame, { visible = null, drawn = null }) {
  if (kind === "centre") return centreRegion(frame);
  if (kind === "drawn") return drawn && within(drawn, frame);
  if (kind !== "visible" || visible === null) return null;
  const { x, y, width, height } = visible;
  const part = within([x, y, width, height], frame);
  return part !== null && part[2] >= frame.width && part[3] >= frame.height ? null : part;
}

/** @type {(frame: Size) => Region | null} the middle third of width and height */
export function centreRegion(frame) {
  const { width, height } = frame;
  return within([width / 3, height / 3, width / 3, height / 3], frame);
}

/** @type {(from: Point, to: Point, frame: Size) => Region | null} between two points of the sensor */
export function regionBetween(from, to, frame) {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  return within([x, y, Math.abs(from.x - to.x), Math.abs(from.y - to.y)], frame);
}

/**
 * Cut at the frame's edges, outwards to whole cells; null: nothing of it is in the frame.
 * @type {(region: Region, frame: Size) => Region | null}
 */
function within([x, y, width, height], frame) {
  const [left, right] = cells(x, x + width, frame.width);
  const [top, bottom] = cells(y, y + height, frame.height);
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : null;
}

/** @type {(from: number, to: number, size: number) => [number, number]} */
function cells(from, to, size) {
  const first = Math.floor(Math.max(0, from) / CELL) * CELL;
  const last = Math.ceil(Math.max(to, first + 1) / CELL) * CELL;
  return [first, Math.min(size, last)];
}
