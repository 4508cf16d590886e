/** The actions of the shell itself. */

import { registerAction } from "./registry.js";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

registerAction("choose", ({ tiles }, key) => tiles.chooseAt(Number(key || 1) - 1));
registerAction("neighbour", ({ tiles }, key) => {
  if (!ARROWS.includes(key)) tiles.step(1);
  else if (!tiles.chosen?.act(key)) tiles.neighbour(key);
});
registerAction("single", ({ tiles }) => tiles.toggle(tiles.chosen?.info.name ?? ""));
registerAction("all", ({ tiles }) => tiles.show(""));
registerAction("back", (services) => {
  const { tiles } = services;
  if (services.sheet.closeFocused()) return;
  if (tiles.chosen?.zoomed) tiles.chosen.fit();
  else tiles.show("");
});
registerAction("previous", ({ tiles }) => tiles.step(-1));
registerAction("next", ({ tiles }) => tiles.step(1));
for (const id of ["zoom_in", "zoom_out", "native", "fit"]) {
  registerAction(id, ({ tiles }) => tiles.chosen?.act(id));
}
registerAction(
  "info",
  ({ settings }) => settings.set("info", !settings.get("info", false)),
  { checked: ({ settings }) => settings.get("info", false) },
);
registerAction(
  "fullscreen",
  () => {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    change.catch(() => {}); // refused by some browsers and frames; then the page stays as it is
  },
  { checked: () => document.fullscreenElement !== null },
);
registerAction("keys", (services) => services.showKeys());
registerAction("about", (services) => services.showAbout());
