/** Arrangements that a person has given a name. */

const MOST = 50;
const MODES = ["auto", "grid", "large"];

/**
 * Those of the setting that can be read. `order`: names of cameras; `camera`: the one that is shown
 * alone, empty: all are.
 * @typedef {{name: string, mode: string, large: string, order: string[], camera: string}} NamedLayout
 * @param {unknown[]} kept
 * @returns {NamedLayout[]}
 */
export function readLayouts(kept) {
  return kept.slice(0, MOST).flatMap((entry) => {
    const { name, mode, large, order, camera } = /** @type {any} */ (entry ?? {});
    if (typeof name !== "string" || name === "") return [];
    const names = Array.isArray(order) ? order.filter((one) => typeof one === "string") : [];
    return [{
      name,
      mode: MODES.includes(mode) ? mode : "auto",
      large: typeof large === "string" ? large : "",
      order: names,
      camera: typeof camera === "string" ? camera : "",
    }];
  });
}

/** @type {(layouts: NamedLayout[], layout: NamedLayout) => NamedLayout[]} one of the same name is replaced */
export function withLayout(layouts, layout) {
  const at = layouts.findIndex(({ name }) => name === layout.name);
  if (at < 0) return [...layouts, layout].slice(-MOST);
  return layouts.map((other, place) => (place === at ? layout : other));
}
