/**
 * All features of a camera: their categories, which of them are shown, the search, and what locks
 * one. No DOM. The Qt viewer has the same in feature_tree.py; tests/vectors/viewing/feature_tree.json
 * holds both to it.
 */

export const LEVELS = ["Beginner", "Expert", "Guru"];

/** @param {FeatureInfo} info 0 to 2, 3: never shown */
function levelOf(info) {
  const at = LEVELS.indexOf(info.visibility || LEVELS[0]);
  return at < 0 ? LEVELS.length : at;
}

/** How a name is compared: without case, blanks and marks. @param {string} text */
function plain(text) {
  return text.toLowerCase().replace(/[\s_.-]+/g, "");
}

/** Words of a name as "ExposureTimeAbs" or "Exposure Time". @param {string} text */
function words(text) {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter((word) => word !== "");
}

export class FeatureTree {
  /** @param {FeatureInfo[]} features in the order of the camera's XML */
  constructor(features) {
    this.features = features.filter((info) => levelOf(info) < LEVELS.length);
    /** @type {Map<string, FeatureInfo>} */
    this.byName = new Map(features.map((info) => [info.name, info]));
  }

  /** @param {string} name */
  info(name) {
    return this.byName.get(name) ?? null;
  }

  /**
   * What is to be seen, in order. With a query: the features that fit, the best first; without one:
   * categories with their features. `hidden`: how many more fit at a higher level.
   * @type {(view: TreeView) => { rows: TreeRow[], hidden: number }}
   */
  rows({ level = "Guru", query = "", only = null, closed = [] }) {
    const most = LEVELS.indexOf(level);
    const wanted = only === null ? null : new Set(only);
    const among = this.features.filter((info) => wanted === null || wanted.has(info.name));
    const fits = query.trim() === "" ? among : ranked(among, query);
    const shown = fits.filter((info) => levelOf(info) <= most);
    const hidden = fits.length - shown.length;
    if (query.trim() !== "") {
      return { rows: shown.map(({ name }) => ({ feature: name, depth: 0 })), hidden };
    }
    return { rows: inCategories(shown, new Set(closed)), hidden };
  }
}

/** @type {(features: FeatureInfo[], closed: Set<string>) => TreeRow[]} */
function inCategories(features, closed) {
  /** @typedef {{ path: string, name: string, below: Map<string, Branch>, features: string[] }} Branch */
  /** @type {Branch} */
  const root = { path: "", name: "", below: new Map(), features: [] };
  for (const info of features) {
    let branch = root;
    for (const name of info.category ?? []) {
      let next = branch.below.get(name);
      if (next === undefined) {
        next = { path: branch.path === "" ? name : `${branch.path}/${name}`, name, below: new Map(), features: [] };
        branch.below.set(name, next);
      }
      branch = next;
    }
    branch.features.push(info.name);
  }
  /** @type {TreeRow[]} */
  const rows = [];
  /** @type {(branch: Branch, depth: number) => number} how many features it has */
  const walk = (branch, depth) => {
    let count = branch.features.length;
    for (const next of branch.below.values()) {
      const at = rows.length;
      const open = !closed.has(next.path);
      rows.push({ category: next.path, name: next.name, depth, open, count: 0 });
      const found = walk(next, depth + 1);
      rows[at].count = found;
      if (!open) rows.length = at + 1;
      count += found;
    }
    for (const feature of branch.features) rows.push({ feature, depth });
    return count;
  };
  walk(root, 0);
  return rows;
}

/** Those that fit, the best first. @type {(features: FeatureInfo[], query: string) => FeatureInfo[]} */
function ranked(features, query) {
  return features
    .map((info, order) => ({ info, order, rank: rankOf(info, query) }))
    .filter(({ rank }) => rank !== null)
    .sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0) || one.order - other.order)
    .map(({ info }) => info);
}

/**
 * How well a feature fits, 0: best, null: not at all. A name before a word in its middle, names
 * before tooltips, and what is nearly so after all that is.
 * @type {(info: FeatureInfo, query: string) => number | null}
 */
function rankOf(info, query) {
  const wanted = plain(query);
  if (wanted === "") return null;
  const names = [info.name, info.display_name ?? ""].filter((name) => name !== "");
  const plains = names.map(plain);
  if (plains.includes(wanted)) return 0;
  if (plains.some((name) => name.startsWith(wanted))) return 1;
  const starts = names.flatMap((name) => wordStarts(name));
  if (starts.some((text) => text.startsWith(wanted))) return 2;
  if (plains.some((name) => name.includes(wanted))) return 3;
  const tooltip = (info.tooltip ?? "").toLowerCase();
  const parts = words(query);
  const all = `${names.map((name) => words(name).join(" ")).join(" ")} ${plains.join(" ")}`;
  if (parts.every((part) => all.includes(part))) return 4;
  const mistakes = wanted.length < 4 ? 0 : wanted.length < 8 ? 1 : 2;
  if (mistakes > 0 && starts.some((text) => distance(wanted, text) <= mistakes)) return 5;
  return parts.every((part) => `${all} ${tooltip}`.includes(part)) ? 6 : null;
}

/** The name from each of its words on, without blanks. @param {string} name */
function wordStarts(name) {
  const found = words(name);
  return found.map((_, at) => found.slice(at).join(""));
}

/**
 * Letters that are missing, too many, wrong or swapped until `wanted` is how `text` begins.
 * @type {(wanted: string, text: string) => number}
 */
function distance(wanted, text) {
  const target = text.slice(0, wanted.length + 2);
  /** @type {number[][]} */
  const rows = [Array.from({ length: target.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= wanted.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= target.length; column += 1) {
      const same = wanted[row - 1] === target[column - 1] ? 0 : 1;
      let least = Math.min(rows[row - 1][column] + 1, line[column - 1] + 1, rows[row - 1][column - 1] + same);
      const swapped =
        row > 1 && column > 1 && wanted[row - 1] === target[column - 2] && wanted[row - 2] === target[column - 1];
      if (swapped) least = Math.min(least, rows[row - 2][column - 2] + 1);
      line.push(least);
    }
    rows.push(line);
  }
  return Math.min(...rows[wanted.length]);
}

/**
 * What keeps a feature from being written now: the server's sentence, and what in it can be set
 * so that it can. Null: nothing does.
 * @type {(tree: FeatureTree, state: FeatureState | undefined) => FeatureLock | null}
 */
export function lockOf(tree, state) {
  if (state === undefined || !state.locked_by) return null;
  const unlocks = [];
  for (const [, name, value] of state.locked_by.matchAll(/\b([A-Za-z_]\w*) is ([^\s;,]+)/g)) {
    const info = tree.info(name);
    if (info !== null) unlocks.push({ feature: name, value: unlocking(info, value) });
  }
  return { sentence: state.locked_by, needsStop: state.needs_stop ?? false, unlocks };
}

/**
 * The value that most likely unlocks; null where it is not clear.
 * @type {(info: FeatureInfo, value: string) => FeatureValue | null}
 */
function unlocking(info, value) {
  if (info.type === "boolean") return value !== "true";
  const entries = (info.entries ?? []).map((entry) => entry.name);
  const wanted = value === "Off" ? "On" : "Off";
  return entries.includes(wanted) ? wanted : null;
}
