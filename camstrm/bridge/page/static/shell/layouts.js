/** Named arrangements: keeps what is on the screen under a name, and brings it back. */

import { readLayouts, withLayout } from "../model/layouts.js";

export class Layouts {
  #settings;
  #tiles;

  /**
   * @param {Settings} settings
   * @param {Tiles} tiles
   */
  constructor(settings, tiles) {
    this.#settings = settings;
    this.#tiles = tiles;
  }

  get #all() {
    return readLayouts(this.#settings.get("layouts", /** @type {unknown[]} */ ([])));
  }

  /** @param {string} name one that is there is replaced */
  save(name) {
    if (name === "") return;
    const layout = {
      name,
      mode: this.#settings.get("layout.mode", "auto"),
      large: this.#settings.get("layout.large", ""),
      order: this.#tiles.all.map(({ info }) => info.name),
      camera: this.#tiles.single?.info.name ?? "",
    };
    this.#settings.set("layouts", withLayout(this.#all, layout));
  }

  /** @param {string} name gives whether there is one */
  use(name) {
    const layout = this.#all.find((other) => other.name === name);
    if (layout === undefined) return false;
    this.#settings.set("layout.mode", layout.mode);
    this.#settings.set("layout.large", layout.large);
    this.#settings.set("order", layout.order);
    this.#tiles.show(layout.camera);
    return true;
  }

  /** @param {string} name */
  remove(name) {
    this.#settings.set("layouts", this.#all.filter((other) => other.name !== name));
  }
}
