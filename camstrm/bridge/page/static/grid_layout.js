/** How many columns make the pictures largest. */

/** Most industrial sensors are between 4:3 and 1:1. */
const PICTURE_ASPECT = 4 / 3;
/** Pixels of a tile's height that are not picture: name and figures. */
const TILE_CHROME = 104;

/** @type {(count: number, width: number, height: number) => number} sizes in CSS pixels */
export function chooseColumns(count, width, height) {
  let best = 1;
  let bestWidth = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const pictureHeight = height / rows - TILE_CHROME;
    const pictureWidth = Math.min(width / columns, pictureHeight * PICTURE_ASPECT);
    if (pictureWidth > bestWidth) {
      best = columns;
      bestWidth = pictureWidth;
    }
  }
  return best;
}

/** @param {HTMLElement} grid its tiles are kept arranged while the window changes */
export function keepArranged(grid) {
  const arrange = () => {
    const count = grid.querySelectorAll(":scope > :not([hidden])").length;
    const columns = chooseColumns(count, grid.clientWidth, grid.clientHeight);
    grid.style.setProperty("--columns", String(columns));
  };
  new ResizeObserver(arrange).observe(grid);
  new MutationObserver(arrange).observe(grid, {
    childList: true,
    subtree: true,
    attributeFilter: ["hidden"],
  });
}
