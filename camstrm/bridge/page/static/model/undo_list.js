/** What was set at a camera, so that it can be set back. No DOM. The Qt viewer has undo_list.py. */

/** Changes that can be undone. */
export const MOST_STEPS = 50;

/** @typedef {{ before: FeatureSetting[], after: FeatureSetting[], stopped: boolean }} Step */
/** `needsStop`: the camera was stopped for it. @typedef {{ settings: FeatureSetting[], needsStop: boolean }} Again */

export class UndoList {
  /** The newest last. @type {Step[]} */
  #done = [];
  /** What was undone, the newest last. @type {Step[]} */
  #undone = [];
  /** The step that is being undone or done again. @type {Step | null} */
  #moving = null;

  /** A step is being undone or done again: another cannot be before that is over. */
  get moving() {
    return this.#moving !== null;
  }

  get canUndo() {
    return this.#done.length > 0 && !this.moving;
  }

  get canRedo() {
    return this.#undone.length > 0 && !this.moving;
  }

  /**
   * Changes that were made. `companions` are set as well to undo them; `joins`: they go on with the
   * step before, if that is of the same features.
   * @type {(changes: FeatureChange[], companions: FeatureSetting[], joins: boolean) => void}
   */
  add(changes, companions, joins) {
    const settings = changes.map(({ feature, selectors = {}, old, value }) => ({ feature, selectors, old, value }));
    /** @type {(one: "old" | "value") => FeatureSetting[]} */
    const values = (one) =>
      settings.map((setting) => ({
        feature: setting.feature,
        value: /** @type {FeatureValue} */ (setting[one]),
        selectors: setting.selectors,
      }));
    this.#undone = [];
    const last = this.#done.at(-1);
    if (joins && last !== undefined && names(last.after) === names(values("value"))) {
      last.after = values("value");
      return;
    }
    // Undone in the opposite order: an offset grew after the size had shrunk.
    this.#done.push({
      before: [...values("old").reverse(), ...companions],
      after: values("value"),
      stopped: changes.some(({ stopped_ms: ms = 0 }) => ms > 0),
    });
    if (this.#done.length > MOST_STEPS) this.#done.shift();
  }

  /**
   * What has to be set to undo the last step; null: there is none. `moved` hears what came of it.
   * @returns {Again | null}
   */
  undo() {
    if (!this.canUndo) return null;
    this.#moving = this.#done[this.#done.length - 1];
    return { settings: this.#moving.before, needsStop: this.#moving.stopped };
  }

  /** @returns {Again | null} */
  redo() {
    if (!this.canRedo) return null;
    this.#moving = this.#undone[this.#undone.length - 1];
    return { settings: this.#moving.after, needsStop: this.#moving.stopped };
  }

  /** What came of undo or redo. @type {(direction: "undo" | "redo", done: boolean) => void} */
  moved(direction, done) {
    const step = this.#moving;
    this.#moving = null;
    if (step === null || !done) return;
    const [from, to] = direction === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
    if (from.at(-1) !== step) return;
    from.pop();
    to.push(step);
  }

  clear() {
    this.#done = [];
    this.#undone = [];
    this.#moving = null;
  }
}

/** @param {FeatureSetting[]} settings */
function names(settings) {
  return JSON.stringify(settings.map(({ feature, selectors }) => [feature, selectors ?? {}]));
}
