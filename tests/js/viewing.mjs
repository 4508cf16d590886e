/** The vectors that page and Qt viewer are held to, and how numbers are compared with them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** @param {string} name */
export function vectors(name) {
  const file = new URL(`../vectors/viewing/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf-8"));
}

/** Equal but for rounding: numbers within 1e-6 of each other, everything else exactly. */
export function near(found, wanted, about = "") {
  if (typeof wanted === "number" && typeof found === "number") {
    const close = Math.abs(found - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
    assert.ok(close, `${about}: ${found}, wanted ${wanted}`);
  } else if (wanted !== null && typeof wanted === "object") {
    assert.ok(found !== null && typeof found === "object", `${about}: ${found}`);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort(), about);
    for (const key of Object.keys(wanted)) near(found[key], wanted[key], `${about}.${key}`);
  } else assert.equal(found, wanted, about);
}

/** Equal but for rounding, where members that are undefined are left out. */
export function same(found, wanted, about) {
  near(there(found), there(wanted), typeof about === "string" ? about : JSON.stringify(about));
}

function there(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
