/** Texts of the table in one language, as the page loads them. */

import { readFileSync, readdirSync } from "node:fs";

import { useTexts } from "../../camstrm/bridge/page/static/texts.js";

const FOLDER = new URL("../../camstrm/viewing/texts/", import.meta.url);

/** @param {string} language */
export function speak(language = "en") {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  const entries = files.flatMap((name) =>
    Object.entries(JSON.parse(readFileSync(new URL(name, FOLDER), "utf-8"))),
  );
  useTexts(Object.fromEntries(entries.map(([key, texts]) => [key, texts[language]])));
}
