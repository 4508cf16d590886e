/**
 * What a person has set for single cameras, in one value of the settings: by serial number, so that
 * another name of the camera changes nothing. A value of another kind than it should be is not there.
 */

/** Cameras in one value at most; the oldest are forgotten. */
const MOST = 256;

/** What a camera is known by. @param {{serial: string, name: string}} camera */
function keyOf({ serial, name }) {
  return serial || name;
}

/** @type {(settings: Settings, name: string, camera: CameraInfo) => unknown} */
function ofCamera(settings, name, camera) {
  const all = settings.get(name, /** @type {Record<string, unknown>} */ ({}));
  const key = keyOf(camera);
  return Object.hasOwn(all, key) ? all[key] : null;
}

/** @type {(settings: Settings, name: string, camera: CameraInfo, value: unknown) => void} null: forget it */
export function setOfCamera(settings, name, camera, value) {
  const key = keyOf(camera);
  const all = Object.entries(settings.get(name, {})).filter(([other]) => other !== key);
  if (value !== null) all.push([key, value]);
  settings.set(name, Object.fromEntries(all.slice(-MOST)));
}

/**
 * How this person turns a camera's picture, on top of what is configured.
 * @type {(settings: Settings, camera: CameraInfo) => {rotation: number, mirror: boolean}}
 */
export function mineOf(settings, camera) {
  const found = /** @type {any} */ (ofCamera(settings, "orientation", camera));
  const rotation = Number(found?.rotation);
  return { rotation: Number.isFinite(rotation) ? rotation : 0, mirror: found?.mirror === true };
}

/** Millimetres for a pixel, null: not calibrated. @type {(settings: Settings, camera: CameraInfo) => number | null} */
export function calibrationOf(settings, camera) {
  const found = Number(ofCamera(settings, "calibration", camera));
  return Number.isFinite(found) && found > 0 ? found : null;
}
