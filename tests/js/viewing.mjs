/** What the tests of the models have in common: the vectors, and a comparison that allows for rounding. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The vectors that the Python models are held to as well. */
export function vectors(name) {
  const file = new URL(`../vectors/viewing/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf-8"));
}

/** Equal, numbers to 12 digits. */
export function same(found, wanted, about) {
  const text = typeof about === "string" ? about : JSON.stringify(about);
  assert.deepEqual(digits(found), digits(wanted), text);
}

function digits(value) {
  if (typeof value === "number") return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(digits);
  if (value === null || typeof value !== "object") return value;
  const there = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(there.map(([name, member]) => [name, digits(member)]));
}
