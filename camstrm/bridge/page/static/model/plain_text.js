/**
 * Text from a server as it may be shown: no control characters, no hidden direction, not without
 * end. The Qt viewer has the same in camstrm/viewing/plain_text.py; tests/vectors/viewing/plain_text.json
 * holds both to it. No DOM.
 */

/** Characters of a sentence from a server; the rest is cut off. */
export const MAX_SHOWN = 2000;

// Controls but tab and line ends; marks, embeddings, overrides and isolates of direction (Unicode
// Standard Annex 9: they let "gpj.exe" read as "exe.jpg"); line and paragraph separators; what has
// no width; halves of pairs.
const HIDDEN = new RegExp(
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff\\u{e0000}-\\u{e007f}]",
  "gu",
);

/** @type {(text: string, most?: number) => string} a sign in place of what is not to be seen, `most` characters at most */
export function plainText(text, most = MAX_SHOWN) {
  let shown = text;
  // Code units are counted first: there are never fewer of them than characters.
  if (text.length > most) {
    const characters = [...text.slice(0, 2 * most + 2)];
    if (characters.length > most) shown = `${characters.slice(0, most - 1).join("")}…`;
  }
  return shown.replaceAll(HIDDEN, "\ufffd");
}

/**
 * A message whose own texts, and those of the objects in it, are plain. What an operation gave
 * stays as it is: it may be a file, and is made plain where it is shown.
 * @template {object} Message
 * @param {Message} message
 * @returns {Message}
 */
export function plainMessage(message) {
  const entries = Object.entries(message).map(([name, value]) => [name, name === "result" ? value : plain(value)]);
  return /** @type {Message} */ (Object.fromEntries(entries));
}

/** @param {unknown} value @returns {unknown} */
function plain(value) {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(plain);
  return value !== null && typeof value === "object" ? plainMessage(value) : value;
}
