/** Stripes over what is clipped, with how much it is: shown, and in the raw bits. */

import { paintStripes, zebraText } from "../model/zebra.js";
import { areaOf, drawTurned } from "../picture_place.js";
import { registerAction, registerOverlay } from "../shell/registry.js";
import { say } from "../texts.js";
import { toolsOf, writeLine } from "./tools.js";

/** Pixels that are looked at, at most; time between two looks at least. */
const MOST_PIXELS = 400_000;
const LEAST_INTERVAL_MS = 30;
/** Of the time of the page, looking takes one part in so many at most. */
const PARTS = 3;

registerAction(
  "zebra",
  (services) => {
    const tools = toolsOf(services);
    const on = tools.toggle("zebra");
    tools.measuring.need("zebra", on ? {} : null);
    const camera = services.cameras.chosen();
    if (on && camera !== null) services.hint(camera.index, say("tools.zebra.note"));
  },
  { checked: (services) => toolsOf(services).isOn("zebra") },
);

/** The stripes of one camera's picture. */
class Stripes {
  #samples = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (
    this.#samples.getContext("2d", { willReadFrequently: true })
  );
  #notBeforeMs = -Infinity;
  #seen = "";
  /** Percent of the picture that is on the screen. */
  shown = 0;

  /** @type {(context: CanvasRenderingContext2D, view: OverlayView, stage: PictureStage) => void} */
  paint(context, view, stage) {
    const { visible, scale } = stage.viewport;
    const seen = JSON.stringify([visible, scale, view.frame?.frame_id.toString()]);
    const nowMs = performance.now();
    if (seen !== this.#seen && nowMs >= this.#notBeforeMs) {
      this.#seen = seen;
      this.#look(view, stage);
      const tookMs = performance.now() - nowMs;
      this.#notBeforeMs = nowMs + Math.max(LEAST_INTERVAL_MS, tookMs * PARTS);
    }
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#samples, 0, 0, view.width, view.height);
  }

  /** @type {(view: OverlayView, stage: PictureStage) => void} */
  #look({ width, height }, stage) {
    const part = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
    const canvas = this.#samples;
    canvas.width = Math.max(1, Math.round(width * part));
    canvas.height = Math.max(1, Math.round(height * part));
    const context = this.#context;
    context.imageSmoothingEnabled = false;
    context.scale(canvas.width / width, canvas.height / height);
    for (const { canvas: source, frame } of stage.layers) {
      drawTurned(context, source, stage.viewport.place(areaOf(frame)), stage.viewport.orientation);
    }
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const { data } = image;
    let pixels = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) pixels += 1;
    const count = paintStripes(data, canvas.width, data);
    this.shown = pixels > 0 ? (100 * count) / pixels : 0;
    context.putImageData(image, 0, 0);
  }
}

registerOverlay((services) => {
  const tools = toolsOf(services);
  /** @type {Map<number, Stripes>} by the camera's index */
  const stripes = new Map();
  tools.onChange(() => {
    if (!tools.isOn("zebra")) stripes.clear();
  });
  return {
    active: () => tools.isOn("zebra"),
    paint(context, view) {
      const { index } = view.camera;
      if (!tools.isOn("zebra")) {
        writeLine(services, index, "zebra", "");
        return;
      }
      const found = stripes.get(index) ?? new Stripes();
      stripes.set(index, found);
      found.paint(context, view, services.picture(index));
      const { newest, camera } = tools.measuring;
      const raw = camera === index && newest ? worst(newest) : null;
      const said = zebraText(found.shown, raw, newest?.bits ?? 0);
      writeLine(services, index, "zebra", say(said.key, said.values));
    },
  };
});

/** @param {Measurement} measurement percent of the colour that is clipped most */
function worst({ channels }) {
  return channels.reduce((most, { clipped }) => Math.max(most, clipped), 0);
}
