/**
 * White balance by picking something grey. No DOM. The Qt viewer has the same in white_balance.py;
 * tests/vectors/viewing/camera_setup.json holds both to it.
 */

/** Names that makers give the colours of a balance. @type {Record<string, string[]>} */
const COLOURS = { R: ["Red", "R"], G: ["Green", "G", "GreenRed", "GreenBlue", "Gr", "Gb"], B: ["Blue", "B"] };

/** A colour whose mean is below this part of the largest value is too dark to go by. */
const DARK = 0.02;

/** Percent of clipped pixels from which a colour says nothing. */
const CLIPPED = 1;

/** The colours that a selector has: letter and entry. @type {(entries: string[]) => { letter: string, entry: string }[]} */
export function coloursOf(entries) {
  return Object.entries(COLOURS).flatMap(([letter, names]) =>
    entries.filter((entry) => names.includes(entry)).map((entry) => ({ letter, entry })),
  );
}

/**
 * Ratios that make what was measured grey; green stays as it is. `ratios` are those of now by
 * the selector's entry.
 * @type {(measured: Measured, ratios: Record<string, number>) => GreyPoint}
 */
export function greyPoint({ bits, channels }, ratios) {
  /** @type {Record<string, number>} */
  const means = {};
  for (const { name, mean, clipped } of channels) {
    if (!(name in COLOURS)) continue;
    if (clipped > CLIPPED) return { problem: "setup.white.clipped" };
    if (mean < DARK * (2 ** bits - 1)) return { problem: "setup.white.dark" };
    means[name] = mean;
  }
  if (Object.keys(means).length < 3) return { problem: "setup.white.grey" };
  /** @type {Record<string, number>} */
  const found = {};
  for (const { letter, entry } of coloursOf(Object.keys(ratios))) {
    if (letter !== "G") found[entry] = Number(((ratios[entry] * means.G) / means[letter]).toPrecision(6));
  }
  return Object.keys(found).length === 0 ? { problem: "setup.white.grey" } : { ratios: found };
}
