/**
 * How a camera's picture is turned when it is drawn. Points and rectangles are always those of the
 * sensor; only the place on the screen knows of the orientation. "Picture" is what a person sees,
 * in the sensor's pixels.
 */

const QUARTER = 90;
const FULL = 360;

export class Orientation {
  /** Degrees clockwise: 0, 90, 180 or 270. */
  rotation;
  /** The picture is mirrored left to right before it is turned. */
  mirror;

  /** Anything that is no quarter turn is taken as the nearest one. */
  constructor(rotation = 0, mirror = false) {
    const quarters = Math.round((Number.isFinite(rotation) ? rotation : 0) / QUARTER);
    this.rotation = (((quarters * QUARTER) % FULL) + FULL) % FULL;
    this.mirror = mirror;
    Object.freeze(this);
  }

  /** @type {(next: Orientation) => Orientation} this one, and `next` on what is seen then */
  then(next) {
    const turned = next.mirror ? -this.rotation : this.rotation;
    return new Orientation(next.rotation + turned, this.mirror !== next.mirror);
  }

  /** What is seen, turned clockwise once more. @param {number} degrees */
  rotated(degrees) {
    return this.then(new Orientation(degrees));
  }

  /** What is seen, mirrored left to right. */
  mirrored() {
    return this.then(new Orientation(0, true));
  }

  /** @param {Orientation} other */
  equals(other) {
    return this.rotation === other.rotation && this.mirror === other.mirror;
  }

  /** Width and height change places. */
  get swaps() {
    return this.rotation % (2 * QUARTER) !== 0;
  }

  /** @type {(sensor: Size) => Size} of the picture that is seen of a sensor of this size */
  size({ width, height }) {
    return this.swaps ? { width: height, height: width } : { width, height };
  }

  /** @type {(point: Point, sensor: Size) => Point} where a point of the sensor is in the picture */
  toPicture({ x, y }, { width, height }) {
    const across = this.mirror ? width - x : x;
    if (this.rotation === 90) return { x: height - y, y: across };
    if (this.rotation === 180) return { x: width - across, y: height - y };
    if (this.rotation === 270) return { x: y, y: width - across };
    return { x: across, y };
  }

  /** @type {(point: Point, sensor: Size) => Point} the point of the sensor that is there */
  toSensor({ x, y }, { width, height }) {
    let [across, down] = [x, y];
    if (this.rotation === 90) [across, down] = [y, height - x];
    else if (this.rotation === 180) [across, down] = [width - x, height - y];
    else if (this.rotation === 270) [across, down] = [width - y, x];
    return { x: this.mirror ? width - across : across, y: down };
  }

  /** @type {(part: Rectangle, sensor: Size) => Rectangle} */
  partToPicture(part, sensor) {
    return between(this.toPicture(part, sensor), this.toPicture(farCorner(part), sensor));
  }

  /** @type {(part: Rectangle, sensor: Size) => Rectangle} */
  partToSensor(part, sensor) {
    return between(this.toSensor(part, sensor), this.toSensor(farCorner(part), sensor));
  }

  /** A movement on the screen as one on the sensor. @type {(step: Point) => Point} */
  stepToSensor({ x, y }) {
    const nothing = { width: 0, height: 0 };
    const { x: dx, y: dy } = this.toSensor({ x, y }, nothing);
    return { x: dx + 0, y: dy + 0 }; // no -0
  }

  /** The same as a CSS transform about the middle; empty: none. */
  get css() {
    const turn = this.rotation === 0 ? "" : `rotate(${this.rotation}deg)`;
    return [turn, this.mirror ? "scaleX(-1)" : ""].filter(Boolean).join(" ");
  }
}

/** As the camera gives it. */
export const UPRIGHT = new Orientation();

/**
 * What the configuration says for everybody, and what this person adds to it.
 * @type {(camera: {rotation?: number, mirror?: boolean} | null, mine: {rotation?: number, mirror?: boolean} | null) => Orientation}
 */
export function orientationOf(camera, mine) {
  const configured = new Orientation(camera?.rotation ?? 0, camera?.mirror ?? false);
  return configured.then(new Orientation(mine?.rotation ?? 0, mine?.mirror ?? false));
}

/** @type {(part: Rectangle) => Point} */
function farCorner({ x, y, width, height }) {
  return { x: x + width, y: y + height };
}

/** @type {(a: Point, b: Point) => Rectangle} whichever corners they are */
function between(a, b) {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}
