/** What a person draws on a picture: a ruler, the line of a profile, the region that is measured. */

import { calibrationOf, setOfCamera } from "../model/per_camera.js";
import { regionBetween } from "../model/region.js";
import * as ruler from "../model/ruler.js";
import { element } from "../shell/elements.js";
import { registerAction, registerOverlay } from "../shell/registry.js";
import { say } from "../texts.js";
import { ACCENT, crisp, middleOf, pathOf, stroke } from "./paint.js";
import { listenForPen } from "./pen.js";
import { toolsOf, writeLine } from "./tools.js";

/** CSS pixels of the marks at a line's ends, and within which an end is grasped. */
const END = 5;
const GRASP = 10;
const LINE_COLOUR = "#f6bd4b";

/** What is said when a tool is taken. @type {Record<string, string>} */
const ADVICE = { ruler: "tools.ruler.draw", line: "tools.line.draw", region: "tools.region.draw" };

/** Take a drawing tool, with a word on how. @type {(services: Services, shape: string) => void} */
export function takeTool(services, shape) {
  const tools = toolsOf(services);
  const chosen = tools.chosenOrHint();
  if (chosen === null) return;
  tools.draw(shape);
  services.hint(chosen.camera.index, `${say(ADVICE[shape])} · ${say("tools.pen.keys")}`);
}

registerAction(
  "ruler",
  (services) => {
    const tools = toolsOf(services);
    if (tools.toggle("ruler")) takeTool(services, "ruler");
    else if (tools.drawing === "ruler") tools.draw("");
  },
  { checked: (services) => toolsOf(services).isOn("ruler") },
);

registerAction(
  "profile",
  (services) => {
    const tools = toolsOf(services);
    if (tools.toggle("line")) {
      if (services.sheet.shown !== "measure") services.sheet.show("measure");
      const chosen = tools.chosen();
      if (chosen && tools.shape("line", chosen.camera.index) === null) takeTool(services, "line");
    } else if (tools.drawing === "line") tools.draw("");
  },
  { checked: (services) => toolsOf(services).isOn("line") },
);

/** Which shapes are seen on a camera. @type {(tools: Tools, camera: number) => string[]} */
function seen(tools, camera) {
  const found = ["ruler", "line"].filter((id) => tools.isOn(id) && tools.shape(id, camera));
  const measured = tools.measuring.active && tools.services.cameras.chosen()?.index === camera;
  const box = measured && ["centre", "drawn"].includes(tools.regionKind);
  return box || tools.drawing === "region" ? [...found, "region"] : found;
}

registerOverlay((services) => {
  const tools = toolsOf(services);
  listenForPen(services, finish);
  /** @type {{shape: string, from: Point, first: boolean} | null} what is being drawn */
  let drawn = null;
  return {
    active: (camera) => tools.drawing !== "" || seen(tools, camera).length > 0,
    paint(context, view) {
      const { index } = view.camera;
      const shown = seen(tools, index);
      for (const id of shown) {
        if (id === "region") paintRegion(context, view, tools);
        else paintLine(context, view, tools, id);
      }
      writeRuler(services, view.camera, shown.includes("ruler") && tools.shape("ruler", index));
    },
    pointer(event, view) {
      const { index } = view.camera;
      const { frame } = services.picture(index).viewport;
      const pointer = view.at(event);
      const there = ruler.snap(view.toSensor(pointer), frame);
      if (event.type === "pointerdown" && event.button === 0) {
        tools.pen = null;
        const grasped = graspedEnd(tools, view, pointer);
        if (tools.drawing !== "") drawn = { shape: tools.drawing, from: there, first: true };
        else if (grasped !== null) drawn = { ...grasped, first: false };
        else return false;
        return true;
      }
      if (drawn === null) return false;
      if (event.type === "pointermove") {
        const straight = event.shiftKey && drawn.shape !== "region";
        const to = straight ? ruler.snap(ruler.straightened(drawn.from, there), frame) : there;
        tools.setShape(drawn.shape, index, { from: drawn.from, to });
      }
      if (event.type === "pointerup" || event.type === "pointercancel") {
        finish(tools, drawn.shape);
        services.hint(index, "");
        drawn = null;
      }
      return true;
    },
  };
});

/** @type {(tools: Tools, shape: string) => void} */
function finish(tools, shape) {
  // The ruler stays in the hand, what is drawn once goes back to moving the picture.
  if (shape === "region") tools.services.settings.set("measure.region", "drawn");
  if (tools.drawing !== "ruler") tools.draw("");
  tools.changed();
}

/** @type {(tools: Tools, view: OverlayView, pointer: Point) => {shape: string, from: Point} | null} */
function graspedEnd(tools, view, pointer) {
  for (const shape of seen(tools, view.camera.index)) {
    const ends = shape === "region" ? null : tools.shape(shape, view.camera.index);
    if (ends === null) continue;
    for (const [end, other] of [[ends.to, ends.from], [ends.from, ends.to]]) {
      const at = view.toStage(middleOf(end));
      if (Math.hypot(pointer.x - at.x, pointer.y - at.y) <= GRASP) return { shape, from: other };
    }
  }
  return null;
}

/** @type {(context: CanvasRenderingContext2D, view: OverlayView, tools: Tools, id: string) => void} */
function paintLine(context, view, tools, id) {
  const ends = tools.shape(id, view.camera.index);
  if (ends === null) return;
  const [a, b] = [view.toStage(middleOf(ends.from)), view.toStage(middleOf(ends.to))];
  const path = pathOf(a, b);
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const across = { x: (-(b.y - a.y) / length) * END, y: ((b.x - a.x) / length) * END };
  for (const { x, y } of [a, b]) {
    path.addPath(pathOf({ x: x + across.x, y: y + across.y }, { x: x - across.x, y: y - across.y }));
  }
  stroke(context, path, id === "line" ? LINE_COLOUR : ACCENT, 1.5);
}

/** @type {(context: CanvasRenderingContext2D, view: OverlayView, tools: Tools) => void} */
function paintRegion(context, view, tools) {
  const { frame } = tools.services.picture(view.camera.index).viewport;
  const ends = tools.shape("region", view.camera.index);
  const drawing = tools.drawing === "region" && ends;
  const region = drawing ? regionBetween(ends.from, ends.to, frame) : tools.region();
  if (region === null) return;
  const [x, y, width, height] = region;
  const a = view.toStage({ x, y });
  const b = view.toStage({ x: x + width, y: y + height });
  const [left, top] = [crisp(Math.min(a.x, b.x)), crisp(Math.min(a.y, b.y))];
  const path = new Path2D();
  path.rect(left, top, Math.round(Math.abs(a.x - b.x)), Math.round(Math.abs(a.y - b.y)));
  stroke(context, path, ACCENT);
}

/** @type {(services: Services, camera: CameraInfo, ends: {from: Point, to: Point} | null | false) => void} */
function writeRuler(services, camera, ends) {
  const mm = calibrationOf(services.settings, camera);
  const said = ends ? ruler.rulerText(ends.from, ends.to, mm) : null;
  writeLine(services, camera.index, "ruler", said ? say(said.key, said.values) : "");
}

/**
 * Controls that calibrate the chosen camera by the ruler's line. Gives the element and what writes it again.
 * @param {Services} services
 */
export function calibrationControls(services) {
  const tools = toolsOf(services);
  const text = element("p", { className: "note" });
  const field = element("input", { type: "text", inputMode: "decimal", size: 8 });
  const set = element("button", { type: "submit", textContent: say("tools.ruler.set") });
  const forget = element("button", { type: "button", textContent: say("tools.ruler.forget") });
  const label = element("label", {}, `${say("tools.ruler.known")} `, field);
  const form = element("form", { className: "row" }, label, set);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = tools.chosen();
    const ends = chosen && tools.shape("ruler", chosen.camera.index);
    if (!chosen || !ends) return;
    const mm = ruler.typedLength(field.value);
    const found = mm && ruler.calibrated(ruler.span(ends.from, ends.to).length, mm);
    field.setCustomValidity(found ? "" : say("tools.ruler.no_length"));
    if (!found) field.reportValidity();
    else setOfCamera(services.settings, "calibration", chosen.camera, found);
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
  forget.addEventListener("click", () => {
    const camera = services.cameras.chosen();
    if (camera !== null) setOfCamera(services.settings, "calibration", camera, null);
  });
  const write = () => {
    const camera = services.cameras.chosen();
    const mm = camera && calibrationOf(services.settings, camera);
    const line = camera && tools.isOn("ruler") && tools.shape("ruler", camera.index);
    const values = { name: camera?.name ?? "", mm: mm ? String(Number(mm.toPrecision(4))) : "" };
    text.textContent = mm ? say("tools.ruler.calibrated", values) : say("measure.calibration.none");
    form.hidden = !line;
    forget.hidden = !mm;
  };
  return { element: element("div", {}, text, form, forget), write };
}
