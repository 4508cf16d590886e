/** Dragging a tile by its line to another place; the others make room while it is on its way. */

/** CSS pixels that a pointer moves before it drags: a click moves it by a few. */
const LEAST_MOVE = 6;

export class Drag {
  #tiles;
  #root;
  /** @type {CameraTile | null} the one whose line is pressed */
  #tile = null;
  #start = { x: 0, y: 0 };
  #dragging = false;

  /**
   * @param {HTMLElement} root holds the tiles
   * @param {Tiles} tiles
   */
  constructor(root, tiles) {
    this.#tiles = tiles;
    this.#root = root;
    root.addEventListener("pointerdown", (event) => this.#down(event));
    root.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      root.addEventListener(type, () => this.#end());
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#dragging) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#tiles.reorder();
      this.#stop();
    }, true);
  }

  /** @param {PointerEvent} event a finger scrolls the page instead */
  #down({ target, button, pointerType, clientX: x, clientY: y }) {
    if (button !== 0 || pointerType === "touch" || !(target instanceof Element)) return;
    const line = target.closest(".tile > header");
    this.#tile = this.#tiles.all.find((tile) => tile.line === line) ?? null;
    this.#start = { x, y };
  }

  /** @param {PointerEvent} event */
  #move({ clientX: x, clientY: y, pointerId }) {
    if (this.#tile === null) return;
    if (!this.#dragging) {
      if (Math.hypot(x - this.#start.x, y - this.#start.y) < LEAST_MOVE) return;
      this.#dragging = true;
      this.#root.setPointerCapture(pointerId);
      this.#tile.element.toggleAttribute("data-dragged", true);
    }
    const below = this.#tiles.all.find(({ element }) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return !element.hidden && x >= left && x < right && y >= top && y < bottom;
    });
    if (below !== undefined && below !== this.#tile) this.#tiles.put(this.#tile, below);
  }

  #end() {
    if (this.#dragging) this.#tiles.keepOrder();
    this.#stop();
  }

  #stop() {
    this.#tile?.element.removeAttribute("data-dragged");
    this.#tile = null;
    this.#dragging = false;
  }
}
