/** In which order the cameras are shown: the configuration's, then the person's. */

/**
 * Indices of `names` in the order to show: what `kept` names stands as there, what it does not
 * know keeps its neighbour of the configuration before it.
 * @type {(names: string[], kept: string[]) => number[]}
 */
export function orderOf(names, kept) {
  const known = kept.filter((name, at) => names.includes(name) && kept.indexOf(name) === at);
  const order = [...known];
  names.forEach((name, at) => {
    if (order.includes(name)) return;
    const before = at === 0 ? -1 : order.indexOf(names[at - 1]);
    order.splice(before + 1, 0, name);
  });
  return order.map((name) => names.indexOf(name));
}

/**
 * The same things with the one at `from` moved to the place `to`.
 * @type {<T>(things: T[], from: number, to: number) => T[]}
 */
export function moved(things, from, to) {
  const others = things.filter((_, at) => at !== from);
  others.splice(Math.max(0, Math.min(others.length, to)), 0, things[from]);
  return others;
}

/**
 * The cell that is next in a direction: of those there, the one that is nearest.
 * @type {(cells: Rectangle[], from: number, key: string) => number} `from` itself where there is none
 */
export function neighbour(cells, from, key) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  const middle = (/** @type {Rectangle} */ { x, y, width, height }) => [x + width / 2, y + height / 2];
  const [x, y] = middle(cells[from]);
  let [best, least] = [from, Infinity];
  cells.forEach((cell, at) => {
    const [otherX, otherY] = middle(cell);
    const along = (otherX - x) * dx + (otherY - y) * dy;
    const across = Math.abs((otherX - x) * dy) + Math.abs((otherY - y) * dx);
    // Beyond its edge: cells of one row may have their middles at other heights.
    const beyond = dx === 0
      ? (dy > 0 ? cell.y >= cells[from].y + cells[from].height - 1 : cell.y + cell.height <= cells[from].y + 1)
      : (dx > 0 ? cell.x >= cells[from].x + cells[from].width - 1 : cell.x + cell.width <= cells[from].x + 1);
    const distance = along + 2 * across;
    if (at !== from && beyond && distance < least) [best, least] = [at, distance];
  });
  return best;
}
