/** Where panels, actions and overlays say that they exist; parts.js imports them all. */

/** @type {Map<string, (services: Services) => Panel>} by their id, which is that of their action */
export const panels = new Map();
/** @type {Map<string, Action>} by the id in keys.json */
export const actions = new Map();
/** @type {((services: Services) => Overlay)[]} in the order in which they are painted */
export const overlays = [];

/** @type {(id: string, make: (services: Services) => Panel) => void} made when first opened */
export function registerPanel(id, make) {
  panels.set(id, make);
}

/**
 * `run` gets the key that was pressed, empty from a menu.
 * @type {(id: string, run: (services: Services, key: string) => void, state?: ActionState) => void}
 */
export function registerAction(id, run, state = {}) {
  actions.set(id, { run, ...state });
}

/** @type {(make: (services: Services) => Overlay) => void} */
export function registerOverlay(make) {
  overlays.push(make);
}
