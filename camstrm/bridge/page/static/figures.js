/** How figures are written, and written to the page. */

import { plainText } from "./model/plain_text.js";
import { say } from "./texts.js";

export const NONE = "–";

/** @param {number | null} ageMs is written as "34 ms", "2.3 s", "4 min 05 s"; null: not known */
export function formatAge(ageMs) {
  if (ageMs === null) return NONE;
  if (ageMs < 1000) return `${Math.floor(ageMs)} ms`;
  if (ageMs < 60_000) return `${(Math.floor(ageMs / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 3600) {
    return say("states.age_minutes", { minutes: Math.floor(seconds / 60), seconds: pad(seconds % 60) });
  }
  const minutes = pad(Math.floor((seconds % 3600) / 60));
  return say("states.age_hours", { hours: Math.floor(seconds / 3600), minutes });
}

/** @param {number} perSecond has one digit, two where it is slower than one in a second */
export function formatRate(perSecond) {
  return perSecond.toFixed(perSecond > 0 && perSecond < 0.95 ? 2 : 1);
}

/** @type {(width: number, height: number) => string} a dash where there is no picture */
export function formatSize(width, height) {
  return width > 0 && height > 0 ? `${width}×${height}` : NONE;
}

/** @param {HTMLElement} element holds those that figures are written to, found by `data-part` */
export function findParts(element) {
  /** @type {Record<string, HTMLElement>} */
  const parts = {};
  for (const part of element.querySelectorAll("[data-part]")) {
    if (part instanceof HTMLElement) parts[part.dataset.part ?? ""] = part;
  }
  return parts;
}

/**
 * Write text, made plain, and only when it changes: a write alone costs the browser a layout.
 * @type {(element: HTMLElement, text: string) => void}
 */
export function setText(element, text) {
  const plain = plainText(text);
  if (element.textContent !== plain) element.textContent = plain;
}

/** @param {number} value */
function pad(value) {
  return String(value).padStart(2, "0");
}
