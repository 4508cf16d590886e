/** Freezing a picture, and turning it for oneself. */

import { orientationOf, Orientation } from "../model/orientation.js";
import { mineOf, setOfCamera } from "../model/per_camera.js";
import { element } from "../shell/elements.js";
import { registerAction } from "../shell/registry.js";
import { say } from "../texts.js";
import { toolsOf } from "./tools.js";

/** @param {number} microseconds of UTC @returns {string} in the person's zone */
function timeOf(microseconds) {
  const moment = new Date(microseconds / 1000);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const parts = [moment.getHours(), moment.getMinutes(), moment.getSeconds()];
  return parts.map(two).join(":");
}

registerAction(
  "freeze",
  (services) => {
    const chosen = toolsOf(services).chosenOrHint();
    if (chosen === null) return;
    const { camera, stage } = chosen;
    const frozen = stage.toggleFreeze();
    const place = services.tiles.tile(camera.index)?.element.querySelector(".stage");
    place?.querySelector(".frozen")?.remove();
    if (frozen) {
      const said = stage.freeze.said(timeOf(Number(stage.shown?.capture_time_us ?? 0)));
      place?.append(element("p", { className: "frozen", textContent: say(said.key, said.values) }));
    }
    services.announce(say(frozen ? "tools.frozen.on" : "tools.frozen.off", { name: camera.name }));
    toolsOf(services).changed();
  },
  {
    checked: (services) => {
      const chosen = toolsOf(services).chosen();
      return chosen !== null && chosen.stage.freeze.frozen;
    },
  },
);

/** @type {(services: Services, act: (mine: Orientation) => Orientation) => void} */
function turn(services, act) {
  const camera = services.cameras.chosen();
  if (camera === null) return;
  const { settings } = services;
  const mine = mineOf(settings, camera);
  const { rotation, mirror } = act(new Orientation(mine.rotation, mine.mirror));
  const upright = rotation === 0 && !mirror;
  setOfCamera(settings, "orientation", camera, upright ? null : { rotation, mirror });
  const all = orientationOf(camera, { rotation, mirror });
  const key = all.mirror ? "tools.orientation.mirrored" : "tools.orientation";
  services.announce(say(key, { name: camera.name, rotation: all.rotation }));
}

registerAction("rotate_left", (services) => turn(services, (mine) => mine.rotated(-90)));
registerAction("rotate_right", (services) => turn(services, (mine) => mine.rotated(90)));
registerAction("mirror", (services) => turn(services, (mine) => mine.mirrored()), {
  checked: ({ settings, cameras }) => {
    const camera = cameras.chosen();
    return camera !== null && orientationOf(camera, mineOf(settings, camera)).mirror;
  },
});
