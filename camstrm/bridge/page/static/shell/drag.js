/** Dragging a tile by its line to another place; the others make room while it is on its way. */

/** CSS pixels that a pointer moves before it drags: a click moves it by a few. */
const LEAST_MOVE = 6;
/** A finger that stays for so long on a line takes it; one that moves earlier scrolls the page. */
const HOLD_MS = 450;

export class Drag {
  #tiles;
  #root;
  /** @type {CameraTile | null} the one whose line is pressed */
  #tile = null;
  #start = { x: 0, y: 0 };
  #dragging = false;
  /** setTimeout of a finger that has not yet stayed for long enough, 0: none. */
  #holding = 0;

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
    // What a finger has taken is moved, and the page is not scrolled and shows no menu meanwhile.
    for (const type of /** @type {const} */ (["touchmove", "contextmenu"])) {
      root.addEventListener(type, (event) => this.#dragging && event.preventDefault(), { passive: false });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#dragging) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#tiles.reorder();
      this.#stop();
    }, true);
  }

  /** @param {PointerEvent} event */
  #down({ target, button, pointerType, pointerId, clientX: x, clientY: y }) {
    clearTimeout(this.#holding);
    if (button !== 0 || !(target instanceof Element)) return;
    const line = target.closest(".tile > header");
    this.#tile = this.#tiles.all.find((tile) => tile.line === line) ?? null;
    this.#start = { x, y };
    this.#holding = 0;
    if (pointerType !== "touch" || this.#tile === null) return;
    this.#holding = setTimeout(() => {
      this.#holding = 0;
      this.#begin(pointerId);
    }, HOLD_MS);
  }

  /** @param {number} pointerId */
  #begin(pointerId) {
    this.#dragging = true;
    this.#root.setPointerCapture(pointerId);
    this.#tile?.element.toggleAttribute("data-dragged", true);
  }

  /** @param {PointerEvent} event */
  #move({ clientX: x, clientY: y, pointerId }) {
    if (this.#tile === null) return;
    if (!this.#dragging) {
      if (Math.hypot(x - this.#start.x, y - this.#start.y) < LEAST_MOVE) return;
      if (this.#holding !== 0) {
        this.#stop();
        return;
      }
      this.#begin(pointerId);
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
    clearTimeout(this.#holding);
    this.#holding = 0;
    this.#tile?.element.removeAttribute("data-dragged");
    this.#tile = null;
    this.#dragging = false;
  }
}
