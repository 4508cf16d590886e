/** The table of texts: `say("strip.lost", { name })` in the language of the person. */

/** @type {Record<string, string>} */
let table = {};

/** Speak with these texts from now on. @param {Record<string, string>} texts by key */
export function useTexts(texts) {
  table = texts;
}

/** @param {string} key */
export function has(key) {
  return Object.hasOwn(table, key);
}

/**
 * The text of `key`, with its values in the places that have braces: `{name}`. Where a key with
 * `.one` at its end exists, that one is meant for a `count` of 1.
 * @type {(key: string, values?: Record<string, string | number>) => string}
 */
export function say(key, values = {}) {
  const one = `${key}.one`;
  const found = values.count === 1 && has(one) ? one : key;
  if (!has(found)) throw new Error(`there is no text ${found}`);
  // In one pass: a value that looks like a place stays what it is.
  return table[found].replaceAll(/\{(\w+)\}/g, (place, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}
