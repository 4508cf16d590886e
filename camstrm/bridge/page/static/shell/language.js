/** Which language the page speaks, and its texts; loaded before anything is shown. */

import { say, useTexts } from "../texts.js";

/** As in camstrm/viewing/texts; the first is spoken where no other fits. */
export const LANGUAGES = ["en", "ko"];
/** How long to wait until the files are asked for again. */
const AGAIN_MS = 2000;

/** @type {(wish: string, browser: readonly string[]) => string} wish "": what the browser speaks */
export function chooseLanguage(wish, browser) {
  const spoken = [wish, ...browser].map((name) => name.slice(0, 2).toLowerCase());
  return spoken.find((name) => LANGUAGES.includes(name)) ?? LANGUAGES[0];
}

/** @param {string} path below static/; asks until there is an answer @returns {Promise<any>} */
export async function load(path) {
  for (;;) {
    try {
      const answer = await fetch(`static/${path}`);
      if (answer.ok) return await answer.json();
    } catch {
      // The server is not there: it may come back.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** @param {string} wish as the setting "language" */
export async function speak(wish) {
  const language = chooseLanguage(wish, navigator.languages);
  useTexts(await load(`texts/${language}.json`));
  document.documentElement.lang = language;
}

/**
 * Write the texts of elements that name theirs: `data-text`, `data-tip` (title), `data-label`.
 * @param {ParentNode} root
 */
export function writeTexts(root) {
  for (const element of root.querySelectorAll("[data-text], [data-tip], [data-label]")) {
    const { text, tip, label } = /** @type {HTMLElement} */ (element).dataset;
    if (text) element.textContent = say(text);
    if (tip) element.setAttribute("title", say(tip));
    if (label) element.setAttribute("aria-label", say(label));
  }
}
