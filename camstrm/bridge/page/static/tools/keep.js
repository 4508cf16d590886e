/** Pictures that a person keeps: what is seen, the raw frame, all cameras at one moment, the clipboard. */

import { fileName, metadata } from "../model/snapshot.js";
import { areaOf, drawTurned } from "../picture_place.js";
import { registerAction } from "../shell/registry.js";
import { say } from "../texts.js";
import { toolsOf } from "./tools.js";

/** How long a made file can be fetched by the browser. */
const KEPT_MS = 60_000;
/** What the pixels on the screen were made of. */
const SOURCE = "JPEG, 8 bit";

/** East of Greenwich, at a moment. @param {number} microseconds */
function zoneMinutes(microseconds) {
  return -new Date(microseconds / 1000).getTimezoneOffset();
}

/** @type {(blob: Blob, name: string) => void} */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** @type {(url: string, name: string) => void} */
function follow(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** Tools that are drawn into the picture that is kept. @type {(services: Services, camera: number) => string[]} */
function burntIn(services, camera) {
  const overlay = services.tiles.tile(camera)?.element.querySelector("canvas.overlay");
  if (!(overlay instanceof HTMLCanvasElement) || overlay.hidden) return [];
  const tools = toolsOf(services);
  const { settings } = services;
  const found = ["ruler", "line", "zebra"].filter((id) => tools.isOn(id));
  if (settings.get("tools.crosshair", false)) found.push("crosshair");
  if (settings.get("tools.grid", { kind: "" }).kind !== "") found.push("grid");
  return found;
}

/**
 * What is on the stage of a camera, at the pixels of the screen, or of the picture where it has more,
 * cut to the picture.
 * @type {(services: Services, camera: CameraInfo, stage: PictureStage) => HTMLCanvasElement}
 */
function drawSeen(services, camera, stage) {
  const { viewport } = stage;
  const box = viewport.place(viewport.visible);
  const ratio = Math.max(window.devicePixelRatio, ...stage.layers.map(({ canvas, frame }) => {
    const { swaps } = viewport.orientation;
    const place = viewport.place(areaOf(frame));
    return canvas.width / (swaps ? place.height : place.width);
  }));
  const made = document.createElement("canvas");
  made.width = Math.max(1, Math.round(box.width * ratio));
  made.height = Math.max(1, Math.round(box.height * ratio));
  const context = /** @type {CanvasRenderingContext2D} */ (made.getContext("2d", { alpha: false }));
  context.setTransform(ratio, 0, 0, ratio, -box.x * ratio, -box.y * ratio);
  for (const { canvas, frame, sharp } of stage.layers) {
    context.imageSmoothingEnabled = !sharp;
    drawTurned(context, canvas, viewport.place(areaOf(frame)), viewport.orientation);
  }
  const overlay = services.tiles.tile(camera.index)?.element.querySelector("canvas.overlay");
  if (overlay instanceof HTMLCanvasElement && !overlay.hidden && overlay.width > 0) {
    const { clientWidth, clientHeight } = overlay;
    context.drawImage(overlay, 0, 0, clientWidth, clientHeight);
  }
  return made;
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
function pngOf(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("PNG"))), "image/png");
  });
}

registerAction("snapshot", async (services) => {
  const chosen = toolsOf(services).chosenOrHint();
  const shown = chosen?.stage.shown;
  if (!chosen || !shown) return;
  const { camera, stage, frame } = chosen;
  const { viewport } = stage;
  const capturedUs = Number(shown.capture_time_us);
  const zone = zoneMinutes(capturedUs);
  const frameId = exact(shown.frame_id);
  const file = fileName(camera.name, capturedUs, zone, frameId, ".png");
  const canvas = drawSeen(services, camera, stage);
  const { x, y, width, height } = viewport.visible;
  const facts = metadata({
    file,
    camera: camera.name,
    serial: camera.serial,
    model: camera.model,
    vendor: camera.vendor,
    frameId,
    capturedUs,
    savedUs: Math.round(services.serverTimeUs()),
    zoneMinutes: zone,
    pixelFormat: services.cameras.status(camera.index)?.pixel_format ?? "",
    frameSize: [frame.width, frame.height],
    region: [Math.floor(x), Math.floor(y), Math.ceil(width), Math.ceil(height)],
    zoom: viewport.scale * window.devicePixelRatio,
    rotation: viewport.orientation.rotation,
    mirror: viewport.orientation.mirror,
    pictureSize: [canvas.width, canvas.height],
    picture: SOURCE,
    frozen: stage.freeze.frozen,
    burntIn: burntIn(services, camera.index),
    server: services.stream.hello?.server ?? "",
  });
  try {
    download(await pngOf(canvas), file);
    const text = JSON.stringify(facts, null, 2);
    download(new Blob([text, "\n"], { type: "application/json" }), file.replace(/png$/, "json"));
    services.hint(camera.index, say("tools.saved", { file }));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    services.hint(camera.index, say("tools.save_failed", { reason: message }));
  }
});

/** A number where it is exact, else its digits. @param {bigint} id */
function exact(id) {
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : String(id);
}

/**
 * Fetch a file of the server and keep it; the server's reason is shown where it refuses.
 * @type {(services: Services, camera: number, path: string, file: string) => Promise<void>}
 */
async function fetchAndKeep(services, camera, path, file) {
  services.hint(camera, say("tools.saving", { file }));
  try {
    const answer = await fetch(services.url(path));
    if (!answer.ok) throw new Error((await answer.text()).trim().split("\n")[0] || String(answer.status));
    download(await answer.blob(), file);
    services.hint(camera, say("tools.saved", { file }));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    services.hint(camera, say("tools.save_failed", { reason: message }));
  }
}

registerAction("still", (services) => {
  const camera = services.cameras.chosen();
  if (camera === null) return;
  const nowUs = Math.round(services.serverTimeUs());
  const file = fileName(camera.name, nowUs, zoneMinutes(nowUs), null, ".tiff");
  const path = `cam/${encodeURIComponent(camera.name)}.tiff`;
  fetchAndKeep(services, camera.index, path, file);
});

registerAction("snapshot_all", (services) => {
  const cameras = services.cameras.all();
  const shownAt = services.cameras.chosen() ?? cameras[0];
  if (shownAt === undefined) return;
  const nowUs = Math.round(services.serverTimeUs());
  const file = fileName("cameras", nowUs, zoneMinutes(nowUs), null, ".zip");
  const names = cameras.map(({ name }) => encodeURIComponent(name)).join(",");
  fetchAndKeep(services, shownAt.index, `cam.zip?cameras=${names}`, file);
});

registerAction("copy", async (services) => {
  const chosen = toolsOf(services).chosenOrHint();
  if (chosen === null) return;
  const { camera, stage } = chosen;
  try {
    const png = pngOf(drawSeen(services, camera, stage));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    services.hint(camera.index, say("tools.copied"));
  } catch {
    services.hint(camera.index, say("tools.copy_failed"));
  }
});
