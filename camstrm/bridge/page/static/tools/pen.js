/**
 * Drawing without a pointer: Shift and the arrows move the crosshair of the chosen camera, Shift
 * and Enter put each end of what is drawn there.
 */

import * as ruler from "../model/ruler.js";
import { say } from "../texts.js";
import { crosshairIsOn } from "./guides.js";
import { toolsOf } from "./tools.js";

/** @type {Record<string, Point>} */
const STEPS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
/** Pixels of a step with the ctrl key. */
const LARGE_STEP = 10;

/**
 * @param {Services} services
 * @param {(tools: Tools, shape: string) => void} finish called when something is drawn
 */
export function listenForPen(services, finish) {
  const tools = toolsOf(services);
  document.addEventListener(
    "keydown",
    (event) => {
      const drawing = tools.drawing !== "";
      if (!event.shiftKey || event.altKey || event.metaKey) return;
      if (!drawing && !crosshairIsOn(services)) return;
      if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
      const chosen = tools.chosen();
      if (chosen === null) return;
      const { camera, stage, frame } = chosen;
      const cross = tools.crosshair(camera.index);
      const step = STEPS[event.key];
      if (step !== undefined) {
        const by = event.ctrlKey ? LARGE_STEP : 1;
        cross.move({ x: step.x * by, y: step.y * by }, stage.viewport.orientation, frame);
        if (drawing) draw();
        else tools.changed();
      } else if (event.key === "Enter" && drawing) put();
      else return;
      event.preventDefault();
      event.stopPropagation();

      function draw() {
        const at = cross.at(frame);
        const from = tools.penFrom(camera.index);
        if (tools.pen?.camera !== camera.index) tools.pen = { camera: camera.index, from: null };
        if (from !== null) tools.setShape(tools.drawing, camera.index, { from, to: at });
        else tools.changed();
        services.announce(from && tools.drawing !== "region" ? lengthOf(from, at) : placeOf(at));
      }

      function put() {
        const at = cross.at(frame);
        const from = tools.penFrom(camera.index);
        if (from === null) {
          tools.pen = { camera: camera.index, from: at };
          tools.setShape(tools.drawing, camera.index, { from: at, to: at });
          services.announce(say("tools.pen.first", { ...at }));
          return;
        }
        tools.setShape(tools.drawing, camera.index, { from, to: at });
        const shape = tools.drawing;
        tools.draw("");
        finish(tools, shape);
        services.hint(camera.index, "");
        services.announce(shape === "region" ? say("tools.pen.done", { from: placeOf(from), to: placeOf(at) }) : lengthOf(from, at));
      }
    },
    true,
  );
}

/** @type {(from: Point, to: Point) => string} */
function lengthOf(from, to) {
  const said = ruler.rulerText(from, to, null);
  return say(said.key, said.values);
}

/** @param {Point} point */
function placeOf({ x, y }) {
  return say("tools.pixel.place", { x, y });
}
