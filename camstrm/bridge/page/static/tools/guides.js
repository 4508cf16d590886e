/** Crosshair and grid on the pictures. */

import { gridLines } from "../model/guides.js";
import { calibrationOf } from "../model/per_camera.js";
import { registerAction, registerOverlay } from "../shell/registry.js";
import { say } from "../texts.js";
import { ACCENT, crisp, middleOf, pathOf, stroke } from "./paint.js";
import { toolsOf, writeLine } from "./tools.js";

/** CSS pixels of the crosshair that stay open at its middle, and within which it is grasped. */
const GAP = 6;
const GRASP = 12;
/** What the key of the grid goes through; steps in pixels and in millimetres. */
const GRIDS = [
  { kind: "", step: 0 },
  { kind: "thirds", step: 0 },
  { kind: "pixels", step: 100 },
  { kind: "mm", step: 10 },
];

/** @param {Services} services */
function gridOf({ settings }) {
  const found = settings.get("tools.grid", GRIDS[0]);
  return GRIDS.some(({ kind }) => kind === found.kind) && Number.isFinite(found.step) ? found : GRIDS[0];
}

/** @param {Services} services */
export function crosshairIsOn({ settings }) {
  return settings.get("tools.crosshair", false);
}

registerAction(
  "crosshair",
  (services) => services.settings.set("tools.crosshair", !crosshairIsOn(services)),
  { checked: crosshairIsOn },
);

registerAction(
  "grid",
  (services) => {
    const at = GRIDS.findIndex(({ kind }) => kind === gridOf(services).kind);
    const next = GRIDS[(at + 1) % GRIDS.length];
    services.settings.set("tools.grid", next);
    const camera = services.cameras.chosen();
    if (camera === null) return;
    const mm = calibrationOf(services.settings, camera);
    const key = next.kind === "" ? "tools.grid.off" : `tools.grid.${next.kind}`;
    const text = say(next.kind === "mm" && mm === null ? "tools.grid.uncalibrated" : key, { step: next.step });
    services.announce(text);
    if (next.kind === "mm" && mm === null) services.hint(camera.index, text);
  },
  { checked: (services) => gridOf(services).kind !== "" },
);

registerOverlay((services) => ({
  active: () => gridOf(services).kind !== "",
  paint(context, view) {
    const { index } = view.camera;
    const wish = gridOf(services);
    if (wish.kind === "") {
      writeLine(services, index, "grid", "");
      return;
    }
    const { viewport } = services.picture(index);
    const { frame } = viewport;
    const mm = calibrationOf(services.settings, view.camera);
    const { xs, ys, said } = gridLines(wish, frame, viewport.scale, mm);
    const path = new Path2D();
    const line = (/** @type {Point} */ from, /** @type {Point} */ to) => {
      const [a, b] = [view.toStage(from), view.toStage(to)];
      if (a.x === b.x) a.x = b.x = crisp(a.x);
      else a.y = b.y = crisp(a.y);
      path.addPath(pathOf(a, b));
    };
    for (const x of xs) line({ x, y: 0 }, { x, y: frame.height });
    for (const y of ys) line({ x: 0, y }, { x: frame.width, y });
    context.strokeStyle = "rgb(0 0 0 / 35%)";
    context.lineWidth = 2.5;
    context.stroke(path);
    context.strokeStyle = "rgb(255 255 255 / 60%)";
    context.lineWidth = 1;
    context.stroke(path);
    // Without lines, the key has said why.
    const text = said && xs.length > 0 && wish.kind !== "thirds" ? say(said.key, said.values) : "";
    writeLine(services, index, "grid", text);
  },
}));

registerOverlay((services) => {
  const tools = toolsOf(services);
  let moving = false;
  return {
    active: (camera) => crosshairIsOn(services) || tools.pen?.camera === camera,
    paint(context, view) {
      if (!crosshairIsOn(services) && tools.pen?.camera !== view.camera.index) return;
      const { frame } = services.picture(view.camera.index).viewport;
      const at = view.toStage(middleOf(tools.crosshair(view.camera.index).at(frame)));
      const [x, y] = [crisp(at.x), crisp(at.y)];
      const path = pathOf({ x: 0, y }, { x: x - GAP, y });
      path.addPath(pathOf({ x: x + GAP, y }, { x: view.width, y }));
      path.addPath(pathOf({ x, y: 0 }, { x, y: y - GAP }));
      path.addPath(pathOf({ x, y: y + GAP }, { x, y: view.height }));
      stroke(context, path, ACCENT);
      context.fillStyle = ACCENT;
      context.fillRect(x - 1, y - 1, 2, 2);
    },
    pointer(event, view) {
      if (!crosshairIsOn(services) || tools.drawing !== "") return false;
      const { index } = view.camera;
      const { frame } = services.picture(index).viewport;
      const cross = tools.crosshair(index);
      const pointer = view.at(event);
      if (event.type === "pointerdown") {
        const at = view.toStage(middleOf(cross.at(frame)));
        moving = event.button === 0 && Math.hypot(pointer.x - at.x, pointer.y - at.y) <= GRASP;
      }
      if (!moving) return false;
      if (event.type === "pointermove") {
        cross.put(view.toSensor(pointer), frame);
        tools.changed();
      }
      if (event.type === "pointerup" || event.type === "pointercancel") moving = false;
      return true;
    },
  };
});
