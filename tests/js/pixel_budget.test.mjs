import assert from "node:assert/strict";
import { test } from "node:test";

import { PixelBudget } from "../../camstrm/bridge/page/static/model/pixel_budget.js";
import { vectors } from "./viewing.mjs";

test("all pictures together keep within the budget", () => {
  const { most, steps } = vectors("pixel_budget");
  const budget = new PixelBudget(most);
  for (const step of steps) {
    if ("take" in step) assert.equal(budget.take(step.take, step.pixels), step.fits);
    else budget.release(step.release);
    assert.equal(budget.total, step.total);
  }
});
