/**
 * Where each picture is in the window, so that the pictures are as large as they can be. Plain
 * geometry; tests/vectors/viewing/layout.json holds it, and the Qt viewer's, to the same cells.
 *
 * A row shares its width by the pictures' aspects, so that all of one row are equally high: a line
 * scan takes a row of its own, a portrait a narrow cell. Arrangements are compared by the harmonic
 * mean of the pictures' sides (roots of their areas): all are large, and none is forgotten for it.
 */

/** Of a picture whose size is not known yet. */
const USUAL_ASPECT = 4 / 3;
/** Aspects beyond these count as these: no cell becomes a hair. */
const LEAST_ASPECT = 0.1;
const MOST_ASPECT = 40;
/** From this aspect on, a picture has a row of its own. */
const LINE_ASPECT = 4;
/** A window narrower than this, or lower, is a phone's. */
const PHONE = 600;
const LOW = 440;
/** The least width of a cell, on a phone and elsewhere; less is given to none but narrow pictures. */
const PHONE_CELL = 300;
const LEAST_CELL = 160;
/** Before they scroll, pictures are made smaller down to this part of the width that they could have. */
const LEAST_SHRINK = 0.7;
/** The most cameras that share a window without scrolling. */
const MOST_CELLS = 16;
/** Columns of cells that scroll. */
const SCROLL_CELL = 320;
/** Which parts of the window the large picture may have, in fiftieths; fewer are tried of many cameras. */
const PARTS = Array.from({ length: 24 }, (_, step) => 20 + step);
const FEW = 6;
const PARTS_OF_MANY = PARTS.filter((part) => part % 4 === 0);
/** Of many cameras, a picture narrower than this may stand beside all rows, as an odd one. */
const PORTRAIT_ASPECT = 0.6;
/** The large picture's side is at least so many times that of any other. */
const LARGER = 1.3;
/** Another arrangement must be better than equal: equal ones do not change places. */
const LESS = 1 - 1e-9;
/** Equal rows are preferred to others that are better by less than this factor. */
const EVEN = 1.04;

/** @type {(wish: LayoutWish) => Layout} */
export function arrange({ width, height, aspects, gap, line, mode = "auto", large = -1 }) {
  const sides = aspects.map((aspect) =>
    aspect > 0 ? Math.min(MOST_ASPECT, Math.max(LEAST_ASPECT, aspect)) : USUAL_ASPECT,
  );
  const area = { x: 0, y: 0, width, height };
  const count = sides.length;
  if (count === 0) return { cells: [], height, kind: "grid", main: -1 };
  const phone = Math.min(width / PHONE, height / LOW) < 1;
  const columns = Math.max(1, Math.floor((width + gap) / (phone ? PHONE_CELL : SCROLL_CELL)));
  const least = phone ? Math.min(PHONE_CELL, width) : LEAST_CELL;
  const room = { gap, line, least, parts: count > FEW ? PARTS_OF_MANY : PARTS };
  const most = phone ? Math.min(columns, width < PHONE ? 1 : 2) : count;
  if (count > MOST_CELLS) return scrolled(natural(area, sides, Math.min(columns, count), room), height, room);
  if (phone && count > 1) {
    return shrunk(natural(area, sides, Math.min(most, count), room), area, sides, room);
  }
  const even = grids(area, sides, room, Math.min(most, fitting(width, room)));
  const wantsLarge = mode === "large";
  const larges = mode === "grid" || count < 2 ? [] : largeOnes(area, sides, room, large, wantsLarge);
  const only = wantsLarge && larges.length > 0;
  const found = best(only ? larges : [...even, ...larges], sides, room, only);
  return { cells: found.cells.map(rounded), height, kind: found.kind, main: found.main ?? -1 };
}

/** Of the pictures in their cells. @type {(cells: Rectangle[], aspects: number[], line: number) => number} */
export function pictureArea(cells, aspects, line) {
  return cells.reduce((sum, cell, at) => sum + side(cell, aspects[at], line) ** 2, 0);
}

/** Root of the area of a picture in its cell. @type {(cell: Rectangle, aspect: number, line: number) => number} */
function side(cell, aspect, line) {
  const high = Math.max(0, cell.height - line);
  const wide = Math.min(cell.width, high * aspect);
  return Math.sqrt((wide * wide) / aspect);
}

/**
 * Inverse of the mean side of the pictures: harmonic, or plain where one may be large at the cost
 * of the others (`total`).
 * @type {(found: Arrangement, sides: number[], room: Room, total: boolean) => number}
 */
function smallness({ cells, even }, sides, { line }, total) {
  const all = cells.map((cell, at) => Math.max(1e-6, side(cell, sides[at], line)));
  if (total) return cells.length / all.reduce((sum, one) => sum + one, 0);
  const inverse = all.reduce((sum, one) => sum + 1 / one, 0) / cells.length;
  return even ? inverse / EVEN : inverse;
}

/** The first of the best. @type {(found: Arrangement[], sides: number[], room: Room, total?: boolean) => Arrangement} */
function best(found, sides, room, total = false) {
  let [chosen, least] = [found[0], Infinity];
  for (const other of found) {
    const small = smallness(other, sides, room, total);
    if (small < least * LESS) [chosen, least] = [other, small];
  }
  return chosen;
}

/** Rows of 1, 2, ... `most` cells each. @type {(area: Rectangle, sides: number[], room: Room, most: number) => Arrangement[]} */
function grids(area, sides, room, most) {
  const found = [];
  for (let columns = 1; columns <= Math.min(most, sides.length); columns += 1) {
    const rows = rowsOf(sides, columns);
    for (const alike of [true, false]) {
      const even = alike && rows.every((row) => row.length === rows[0].length);
      found.push({ cells: stacked(area, rows, sides, room, alike), kind: "grid", even });
    }
  }
  return found;
}

/**
 * One large on the left, or on top, the others in rows beside it. `all`: only where it is larger
 * than the others, as somebody who asks for a large one expects it.
 * @type {(area: Rectangle, sides: number[], room: Room, large: number, all: boolean) => Arrangement[]}
 */
function largeOnes(area, sides, room, large, all) {
  const found = [];
  const seen = new Set();
  const asked = large >= 0 && large < sides.length ? [large] : candidates(sides, all);
  for (const at of asked) {
    if (seen.has(sides[at])) continue; // the first of equal ones
    seen.add(sides[at]);
    for (const left of [true, false]) {
      for (const part of partsOf(area, sides[at], room, left)) {
        found.push(...besideLarge(area, sides, room, at, part, left));
      }
    }
  }
  if (!all) return found;
  const larger = found.filter(({ cells, main }) => {
    const each = cells.map((cell, at) => side(cell, sides[at], room.line));
    return each.every((one, at) => at === main || each[main] >= LARGER * one);
  });
  return larger.length > 0 ? larger : found;
}

/** So many cells fit beside each other. @type {(width: number, room: Room) => number} */
function fitting(width, { gap, least }) {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

/** Which cameras may be the large one. @type {(sides: number[], all: boolean) => number[]} */
function candidates(sides, all) {
  const each = sides.map((_, at) => at);
  if (sides.length <= FEW) return each;
  return all ? [0] : each.filter((at) => sides[at] < PORTRAIT_ASPECT || sides[at] >= LINE_ASPECT);
}

/** Widths, or heights, of the large cell. @type {(area: Rectangle, aspect: number, room: Room, left: boolean) => number[]} */
function partsOf({ width, height }, aspect, { line, gap, least, parts }, left) {
  const whole = (left ? width : height) - gap;
  const exact = left ? (height - line) * aspect : width / aspect + line;
  const most = left ? whole - least : whole - line - least / 2;
  return [exact, ...parts.map((part) => (whole * part) / 50)].filter(
    (part) => part > line && part <= most,
  );
}

/** @type {(area: Rectangle, sides: number[], room: Room, main: number, part: number, left: boolean) => LargeArrangement[]} */
function besideLarge(area, sides, room, main, part, left) {
  const { x, y, width, height } = area;
  const cell = left ? { x, y, width: part, height } : { x, y, width, height: part };
  const start = part + room.gap;
  const rest = left
    ? { x: x + start, y, width: width - start, height }
    : { x, y: y + start, width, height: height - start };
  const others = sides.filter((_, at) => at !== main);
  return grids(rest, others, room, fitting(rest.width, room)).map(({ cells }) => {
    const all = [...cells];
    all.splice(main, 0, cell);
    return { cells: all, kind: "large", even: false, main };
  });
}

/** Positions of the cells in each row; line scans have a row of their own. @type {(sides: number[], columns: number) => number[][]} */
function rowsOf(sides, columns) {
  /** @type {number[][]} */
  const rows = [];
  /** @type {number[]} */
  let row = [];
  sides.forEach((aspect, at) => {
    const alone = aspect >= LINE_ASPECT;
    if (row.length > 0 && (alone || row.length === columns)) {
      rows.push(row);
      row = [];
    }
    row.push(at);
    if (alone) {
      rows.push(row);
      row = [];
    }
  });
  return row.length > 0 ? [...rows, row] : rows;
}

/**
 * Rows that fill the area. `alike`: equally high, but for line scans; else as high as their
 * pictures could be.
 * @type {(area: Rectangle, rows: number[][], sides: number[], room: Room, alike: boolean) => Rectangle[]}
 */
function stacked(area, rows, sides, room, alike) {
  const widths = rows.map((row) => shared(area.width, row.map((at) => sides[at]), room));
  const wanted = rows.map((row, number) => rowHeight(row, widths[number], sides));
  const free = area.height - room.line * rows.length - room.gap * (rows.length - 1);
  const heights = alike ? alikeHeights(rows, wanted, sides, free) : proportional(wanted, free);
  return placed(area, rows, widths, heights, room);
}

/** @type {(at: Point, rows: number[][], widths: number[][], heights: number[], room: Room) => Rectangle[]} */
function placed(corner, rows, widths, heights, room) {
  /** @type {Rectangle[]} */
  const cells = [];
  let { y } = corner;
  rows.forEach((row, number) => {
    const height = Math.max(0, heights[number]) + room.line;
    let { x } = corner;
    row.forEach((at, place) => {
      cells[at] = { x, y, width: widths[number][place], height };
      x += widths[number][place] + room.gap;
    });
    y += height + room.gap;
  });
  return cells;
}

/** How high the highest picture of a row is at its cell's width. @type {(row: number[], widths: number[], sides: number[]) => number} */
function rowHeight(row, widths, sides) {
  return Math.min(...row.map((at, place) => widths[place] / sides[at]));
}

/** @type {(wanted: number[], free: number) => number[]} */
function proportional(wanted, free) {
  const sum = wanted.reduce((all, one) => all + one, 0);
  return wanted.map((one) => (one * free) / sum);
}

/** @type {(rows: number[][], wanted: number[], sides: number[], free: number) => number[]} */
function alikeHeights(rows, wanted, sides, free) {
  const share = free / rows.length;
  const low = rows.map((row, number) => sides[row[0]] >= LINE_ASPECT && wanted[number] < share);
  const taken = wanted.reduce((sum, one, number) => sum + (low[number] ? one : 0), 0);
  const others = low.filter((is) => !is).length;
  if (others === 0) return proportional(wanted, free);
  return wanted.map((one, number) => (low[number] ? one : (free - taken) / others));
}

/** Widths of a row's cells by their aspects, none below the least. @type {(width: number, aspects: number[], room: Room) => number[]} */
function shared(width, aspects, { gap, least }) {
  const free = width - gap * (aspects.length - 1);
  const smallest = Math.min(least, free / aspects.length);
  let narrow = aspects.map(() => false);
  for (;;) {
    const left = free - smallest * narrow.filter((is) => is).length;
    const sum = aspects.reduce((all, one, at) => all + (narrow[at] ? 0 : one), 0);
    const widths = aspects.map((aspect, at) => (narrow[at] ? smallest : (left * aspect) / sum));
    const now = widths.map((one, at) => narrow[at] || one < smallest);
    if (now.every((is, at) => is === narrow[at])) return widths;
    narrow = now;
  }
}

/**
 * Rows at the whole width, however high they become together; no picture is higher than the window.
 * @type {(area: Rectangle, sides: number[], columns: number, room: Room) => Tall}
 */
function natural({ width, height }, sides, columns, room) {
  const rows = rowsOf(sides, columns);
  const widths = rows.map((row) => shared(width, row.map((at) => sides[at]), room));
  const most = Math.max(1, height - room.line);
  const heights = rows.map((row, number) => Math.min(most, rowHeight(row, widths[number], sides)));
  return { rows, widths, heights };
}

/** @type {(tall: Tall, height: number, room: Room) => Layout} */
function scrolled({ rows, widths, heights }, height, room) {
  const cells = placed({ x: 0, y: 0 }, rows, widths, heights, room);
  return { cells: cells.map(rounded), height: Math.max(height, below(cells)), kind: "scroll", main: -1 };
}

/** @param {Rectangle[]} cells gives where the lowest ends */
function below(cells) {
  return Math.max(...cells.map(rounded).map(({ y, height }) => y + height));
}

/** All at once if they need not be much smaller for it. @type {(tall: Tall, area: Rectangle, sides: number[], room: Room) => Layout} */
function shrunk(tall, area, sides, room) {
  const high = tall.heights.reduce((sum, one) => sum + one, 0);
  const rest = room.line * tall.rows.length + room.gap * (tall.rows.length - 1);
  if (area.height - rest < LEAST_SHRINK * high) return scrolled(tall, area.height, room);
  const cells = stacked(area, tall.rows, sides, room, false);
  return { cells: cells.map(rounded), height: area.height, kind: "grid", main: -1 };
}

/** With whole pixels, so that edges are sharp and meet. @type {(cell: Rectangle) => Rectangle} */
function rounded({ x, y, width, height }) {
  const [left, top] = [Math.floor(x + 0.5), Math.floor(y + 0.5)];
  const [right, bottom] = [Math.floor(x + width + 0.5), Math.floor(y + height + 0.5)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}
