/** Actions on places: moving a camera, a window of its own. */

import { say } from "../texts.js";
import { registerAction } from "./registry.js";

/** Of a new window, in CSS pixels. */
const SIDE = 640;

/** @type {(services: Services, step: number) => void} */
function move({ tiles, announce }, step) {
  const { chosen } = tiles;
  if (chosen === undefined || tiles.single !== undefined) return;
  const place = tiles.moveBy(chosen, step);
  const { name } = chosen.info;
  announce(say("shell.moved", { name, place: place + 1, count: tiles.all.length }));
}

registerAction("move_back", (services) => move(services, -1));
registerAction("move_on", (services) => move(services, 1));
registerAction("popout", ({ tiles, hint }) => {
  const { chosen } = tiles;
  if (chosen === undefined) return;
  const { name, index } = chosen.info;
  const { pathname, search } = window.location;
  const { picture } = chosen.stage.viewport;
  const height = picture.width > 0 ? Math.round((SIDE * picture.height) / picture.width) : SIDE;
  const url = `${pathname}${search}#camera=${encodeURIComponent(name)}&popout`;
  const features = `popup,width=${SIDE},height=${Math.min(2 * SIDE, Math.max(200, height + 24))}`;
  if (window.open(url, `camstrm ${name}`, features) === null) hint(index, say("shell.popout_refused"));
});
