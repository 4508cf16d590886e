import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { arrange, pictureArea } from "../../camstrm/bridge/page/static/model/layout.js";

const FILE = new URL("../vectors/viewing/layout.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(FILE, "utf-8"));
const VGA = 4 / 3;
const LINE = 24;
const GAP = 2;

function made(width, height, aspects, more = {}) {
  return arrange({ width, height, aspects, gap: GAP, line: LINE, ...more });
}

test("the cells are those of the vectors", () => {
  for (const { wish, cells, height, kind } of cases) {
    const found = arrange(wish);
    const about = JSON.stringify(wish);
    assert.deepEqual(found.cells.map((cell) => [cell.x, cell.y, cell.width, cell.height]), cells, about);
    assert.deepEqual([found.height, found.kind], [height, kind], about);
  }
  assert.ok(cases.length > 150);
});

test("cells fill the window without holes, and none is above another", () => {
  for (const { wish, cells, height } of cases) {
    if (wish.width < 100 || cells.length === 0) continue;
    const about = JSON.stringify(wish);
    const sum = cells.reduce((all, [, , w, h]) => all + w * h, 0);
    // What is missing is the lines between them.
    const between = GAP * (cells.length - 1) * Math.max(wish.width, height);
    if (height === wish.height) assert.ok(wish.width * height - sum <= between, about);
    cells.forEach(([x, y, w, h], at) => {
      assert.ok(x >= 0 && y >= 0 && x + w <= wish.width && y + h <= height && w > 0 && h > 0, about);
      for (const [x2, y2, w2, h2] of cells.slice(at + 1)) {
        assert.ok(x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y, about);
      }
    });
  }
});

test("the reference set covers more than three quarters of a window", () => {
  const aspects = [VGA, VGA, 2656 / 2304];
  const { cells } = made(1600, 967, aspects);
  assert.ok(pictureArea(cells, aspects, LINE) >= 0.8 * 1600 * 1000);
});

test("sixteen cameras stand in four rows of four", () => {
  const { cells, kind } = made(1600, 967, Array(16).fill(VGA));
  assert.equal(kind, "grid");
  assert.equal(new Set(cells.map(({ x }) => x)).size, 4);
  assert.equal(new Set(cells.map(({ y }) => y)).size, 4);
});

test("the last row is stretched", () => {
  const { cells } = made(1600, 967, Array(5).fill(VGA), { mode: "grid" });
  const lowest = Math.max(...cells.map(({ y }) => y));
  const last = cells.filter(({ y }) => y === lowest);
  assert.ok(last.length < 3);
  assert.equal(last.reduce((sum, { width }) => sum + width, 0), 1600 - GAP * (last.length - 1));
});

test("a line scan has a row of its own, a portrait a narrow cell", () => {
  const [line, vga, portrait] = made(1600, 967, [32, VGA, 0.25]).cells;
  assert.equal(line.width, 1600);
  assert.ok(line.height < 100);
  assert.ok(portrait.width < vga.width / 4 && portrait.height === vga.height);
});

test("a phone has one column, two when it is turned, and scrolls", () => {
  const upright = made(390, 780, Array(8).fill(VGA));
  assert.ok(upright.cells.every(({ width }) => width === 390));
  assert.ok(upright.height > 2000);
  const turned = made(844, 357, Array(8).fill(VGA));
  assert.equal(new Set(turned.cells.map(({ x }) => x)).size, 2);
  assert.ok(turned.cells.every(({ height }) => height <= 357), "each can be seen whole");
  assert.equal(made(390, 780, Array(3).fill(VGA)).height, 780, "three are a little smaller instead");
});

test("the large one is the one that a person wants", () => {
  for (const large of [0, 1, 2, 3]) {
    const { cells, kind } = made(1600, 967, Array(4).fill(VGA), { mode: "large", large });
    const widest = Math.max(...cells.map(({ width, height }) => width * height));
    assert.equal(kind, "large");
    assert.equal(cells[large].width * cells[large].height, widest);
  }
});
