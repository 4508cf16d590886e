/** Names of the pictures that a person keeps, and what is written beside them. */

/** What no file system of today takes, and what hides in names. */
const BAD = /[\\/:*?"<>|\u0000-\u001f\u007f-\u009f\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Names that Windows keeps for itself. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const MOST_LETTERS = 60;
const FORMAT = 1;

/** @param {string} name any text @returns {string} as a part of a file's name */
export function safeName(name) {
  const letters = [...name.replaceAll(BAD, "_")].slice(0, MOST_LETTERS).join("");
  const safe = letters.replaceAll(/\s+/g, "_").replace(/^\.+/, "").replace(/[. ]+$/, "");
  if (safe === "") return "camera";
  return RESERVED.test(safe) ? `${safe}_` : safe;
}

/**
 * "left_2026-11-27_12-03-11.250_f123.png": of the camera, the time in the person's zone, the frame.
 * `zoneMinutes`: east of Greenwich. `suffix` with its point.
 * @type {(camera: string, timeUs: number, zoneMinutes: number, frameId: number | string | null, suffix: string) => string}
 */
export function fileName(camera, timeUs, zoneMinutes, frameId, suffix) {
  const [day, time] = localTime(timeUs, zoneMinutes).split("T");
  const parts = [safeName(camera), day, time.replaceAll(":", "-")];
  if (frameId !== null) parts.push(`f${frameId}`);
  return parts.join("_") + suffix;
}

/** "2026-11-27T12:03:11.250+09:00". @type {(timeUs: number, zoneMinutes: number) => string} */
export function zonedTime(timeUs, zoneMinutes) {
  const minutes = Math.abs(zoneMinutes);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const zone = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${localTime(timeUs, zoneMinutes)}${zoneMinutes < 0 ? "-" : "+"}${zone}`;
}

/** @type {(timeUs: number, zoneMinutes: number) => string} to the millisecond, without the zone */
function localTime(timeUs, zoneMinutes) {
  const moment = new Date(Math.floor(timeUs / 1000) + zoneMinutes * 60_000);
  return moment.toISOString().slice(0, -1);
}

/**
 * What is written beside a picture, in this order.
 * @type {(what: SnapshotFacts) => object}
 */
export function metadata(what) {
  return {
    format: FORMAT,
    file: what.file,
    camera: what.camera,
    serial: what.serial,
    model: what.model,
    vendor: what.vendor,
    frame_id: what.frameId,
    captured: zonedTime(what.capturedUs, what.zoneMinutes),
    captured_us: what.capturedUs,
    saved: zonedTime(what.savedUs, what.zoneMinutes),
    pixel_format: what.pixelFormat,
    frame_size: what.frameSize,
    region: what.region,
    zoom: Math.round(what.zoom * 10_000) / 10_000,
    rotation: what.rotation,
    mirror: what.mirror,
    picture_size: what.pictureSize,
    picture: what.picture,
    frozen: what.frozen,
    burnt_in: what.burntIn,
    server: what.server,
  };
}
