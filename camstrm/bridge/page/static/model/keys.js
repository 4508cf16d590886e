/** Which action a key stands for; the table is camstrm/viewing/keys.json. */

/** Keys that a focused control keeps for itself. */
const OF_CONTROLS = new Set([
  ...[" ", "Enter", "Home", "End", "PageUp", "PageDown"],
  ...["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "+", "-"],
]);
const NO_FIELDS = new Set(["button", "checkbox", "color", "image", "radio", "range", "reset", "submit"]);

/** @param {KeyEntry[]} table of which the page knows what is not of the Qt viewer alone */
export function ofPage(table) {
  return table.filter(({ only }) => only === undefined || only === "page");
}

/** @param {KeyEntry[]} table gives the id of the action for each key */
export function actionsByKey(table) {
  /** @type {Map<string, string>} */
  const ids = new Map();
  for (const { id, keys } of table) for (const key of keys) ids.set(key, id);
  return ids;
}

/**
 * Name of a pressed key as in the table, empty if it cannot be in it. Letters are those on the
 * keys while a Korean input method turns them into others.
 * @param {Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey">} event
 */
export function keyName({ key, code, shiftKey, ctrlKey, altKey, metaKey }) {
  if (altKey || metaKey) return "";
  let name = key;
  if (key === "Process" || (key.length === 1 && key.charCodeAt(0) > 127)) {
    const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? /^Digit(\d)$/.exec(code)?.[1] ?? "";
    name = shiftKey ? letter : letter.toLowerCase();
  }
  return ctrlKey && name !== "" ? `Ctrl+${name}` : name;
}

/**
 * Whether what has the focus needs this key itself: fields all that can be typed, controls those
 * that move or press them.
 * @type {(focused: {tagName: string, type?: string, role?: string | null, editable?: boolean}, name: string) => boolean}
 */
export function keepsKey({ tagName, type, role, editable }, name) {
  const tag = tagName.toLowerCase();
  if (name === "Escape" || /^F\d+$/.test(name)) return false;
  if (editable || tag === "textarea" || tag === "select") return true;
  if (tag === "input" && !NO_FIELDS.has(type ?? "")) return true;
  const control = ["input", "button", "a", "summary"].includes(tag);
  const moved = ["tab", "menuitem", "treeitem", "slider", "option", "separator"].includes(role ?? "");
  return (control || moved) && OF_CONTROLS.has(name);
}
