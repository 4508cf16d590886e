/**
 * The part of the sensor that a camera sends: limits, steps, and the order of writing. No DOM. The Qt
 * viewer has the same in camera_region.py; tests/vectors/viewing/camera_setup.json holds both to it.
 */

/**
 * What limits a region: of the whole sensor and the steps. Null while it is not known.
 * @type {(card: SetupCard, states: Map<string, FeatureState>) => RegionLimits | null}
 */
export function regionLimits({ parts }, states) {
  /** @type {(part: string) => FeatureState} */
  const of = (part) => states.get(parts[part] ?? "") ?? { access: "NI" };
  /** @type {(part: string) => number} */
  const number = (part) => {
    const { value } = of(part);
    return typeof value === "number" ? value : 0;
  };
  const now = { x: number("x"), y: number("y"), width: number("width"), height: number("height") };
  if (now.width <= 0 || now.height <= 0) return null;
  // The maximum of a size is what the offset leaves in most cameras, and all of it in others.
  /** @type {(part: "widest" | "highest", size: "width" | "height", place: "x" | "y") => number} */
  const all = (part, size, place) =>
    number(part) || Math.max(of(size).maximum ?? 0, now[place] + now[size]);
  const whole = { width: all("widest", "width", "x"), height: all("highest", "height", "y") };
  /** @type {(part: string) => number} */
  const step = (part) => Math.max(1, of(part).increment ?? 1);
  return {
    now,
    whole,
    least: { width: Math.max(1, of("width").minimum ?? 1), height: Math.max(1, of("height").minimum ?? 1) },
    steps: { x: step("x"), y: step("y"), width: step("width"), height: step("height") },
    moves: { x: parts.x !== undefined, y: parts.y !== undefined },
  };
}

/**
 * The region that the camera allows and that has all of what was drawn, where there is room.
 * `drawn` is in pixels of the sensor.
 * @type {(drawn: Rectangle, limits: RegionLimits) => Rectangle}
 */
export function snapRegion(drawn, limits) {
  const { whole, least, steps, moves } = limits;
  const across = snapSide(drawn.x, drawn.width, whole.width, least.width, steps.width, moves.x ? steps.x : 0);
  const down = snapSide(drawn.y, drawn.height, whole.height, least.height, steps.height, moves.y ? steps.y : 0);
  return { x: across.from, y: down.from, width: across.size, height: down.size };
}

/**
 * `step` 0: it begins at 0.
 * @type {(from: number, size: number, whole: number, least: number, grid: number, step: number) => {from: number, size: number}}
 */
function snapSide(from, size, whole, least, grid, step) {
  const first = Math.min(Math.max(from, 0), whole);
  const last = Math.min(Math.max(from + size, 0), whole);
  let start = step > 0 ? Math.floor(first / step) * step : 0;
  const most = least + Math.floor((whole - least) / grid) * grid;
  const wanted = least + Math.ceil(Math.max(0, last - start - least) / grid) * grid;
  const found = Math.min(wanted, most);
  if (start + found > whole) start = step > 0 ? Math.floor((whole - found) / step) * step : 0;
  return { from: start, size: found };
}

/** All of the sensor that the steps allow. @param {RegionLimits} limits */
export function wholeRegion(limits) {
  return snapRegion({ x: 0, y: 0, ...limits.whole }, limits);
}

/**
 * What has to be written, in an order that the camera takes: offset and size never exceed the
 * sensor on the way. A region of one camera is written as one file, so it is stopped once.
 * @type {(region: Rectangle, limits: RegionLimits, card: SetupCard) => FeatureSetting[]}
 */
export function regionSettings(region, { now }, { parts }) {
  /** @type {FeatureSetting[]} */
  const settings = [];
  /** @type {(place: "x" | "y", size: "width" | "height") => void} */
  const axis = (place, size) => {
    const names = region[place] < now[place] ? [place, size] : [size, place];
    for (const name of names) {
      const feature = parts[name];
      const value = region[/** @type {"x"} */ (name)];
      if (feature !== undefined && value !== now[/** @type {"x"} */ (name)]) settings.push({ feature, value });
    }
  };
  axis("x", "width");
  axis("y", "height");
  return settings;
}
