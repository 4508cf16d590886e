/**
 * Changes to one camera: what is wanted, what was sent, what came of it, and how to undo it. Sans
 * I/O: no DOM, no connection, no clock. The Qt viewer has the same in feature_edit.py;
 * tests/vectors/viewing/feature_edit.json holds both to it.
 */

import { stateKey } from "./feature_watch.js";
import { settingsText } from "./settings_text.js";
import { UndoList } from "./undo_list.js";

/** Milliseconds between two changes that are sent: 20 in a second, of 50 that the server takes. */
export const INTERVAL_MS = 50;

/** Changes whose reply is awaited at the same time. */
const MOST_OPEN = 2;

/** @typedef {{ key: string, settings: FeatureSetting[], command: boolean, stop: boolean, options: WishOptions, direction: "" | "undo" | "redo" }} Wish */

export class FeatureEdit {
  /** The camera may be stopped for a moment: said once, it holds as long as the panel is open. */
  mayStop = false;
  /** A change that waits for the answer whether the camera may be stopped. @type {Wish | null} */
  question = null;
  undoList = new UndoList();
  /** What came of the last change of each, by key; null for nothing to say. @type {Map<string, Note>} */
  notes = new Map();

  /** Wishes that were not sent yet, by key; the newest of one key wins. @type {Map<string, Wish>} */
  #pending = new Map();
  /** @type {Map<number, Wish | null>} sent, by the call's id; null: the lease */
  #open = new Map();
  #lastId = 0;
  #sentAt = -INTERVAL_MS;
  /** The lease was taken, although nobody has been heard of it yet. */
  #taken = false;

  /**
   * Want a value. `options.joins`: it goes on with the change before (a slider that moves), and
   * both are undone together. `options.companions`: what else has to be set to undo it (the time
   * of an automatic exposure). `options.needsStop`: it can be set only while the camera is stopped.
   * @type {(feature: string, value: FeatureValue, selectors?: Selectors, options?: WishOptions) => void}
   */
  wish(feature, value, selectors = {}, options = {}) {
    this.#want({ key: stateKey(feature, selectors), settings: [{ feature, value, selectors }], options });
  }

  /**
   * Want several values at once, in this order; `key` is what they are called in notes.
   * @type {(key: string, settings: FeatureSetting[], options?: WishOptions) => void}
   */
  wishAll(key, settings, options = {}) {
    if (settings.length > 0) this.#want({ key, settings, options });
  }

  /** @param {string} feature a command */
  execute(feature) {
    this.#want({ key: feature, settings: [{ feature, value: true }], command: true });
  }

  /** @param {Partial<Wish> & { key: string, settings: FeatureSetting[] }} wish */
  #want({ key, settings, command = false, options = {}, direction = "", stop = this.mayStop }) {
    this.notes.delete(key);
    this.#drop(this.#pending.get(key));
    this.#pending.delete(key);
    const wish = { key, settings, command, stop, options, direction };
    if (options.needsStop && !wish.stop) this.#ask(wish);
    else this.#pending.set(key, wish);
  }

  /** @param {Wish} wish */
  #ask(wish) {
    this.#drop(this.question);
    this.question = wish;
  }

  /** A wish comes to nothing: what it would have undone can be undone again. @param {Wish | null | undefined} wish */
  #drop(wish) {
    if (wish && wish.direction !== "") this.undoList.moved(wish.direction, false);
  }

  /** What is wanted and not yet so; undefined: nothing. @type {(feature: string, selectors?: Selectors) => FeatureValue | undefined} */
  wanted(feature, selectors = {}) {
    const key = stateKey(feature, selectors);
    const wishes = [...this.#open.values(), ...this.#pending.values(), this.question].reverse();
    for (const wish of wishes) {
      const found = wish?.settings.find((setting) => stateKey(setting.feature, setting.selectors) === key);
      if (found !== undefined) return found.value;
    }
    return undefined;
  }

  /** Something is not done yet. */
  get busy() {
    return this.#pending.size > 0 || this.#open.size > 0;
  }

  /** The question is answered with yes; `remember`: for all that follow. @param {boolean} remember */
  accept(remember) {
    if (remember) this.mayStop = true;
    const wish = this.question;
    this.question = null;
    if (wish !== null) this.#pending.set(wish.key, { ...wish, stop: true });
  }

  decline() {
    this.#drop(this.question);
    this.question = null;
  }

  /** Set what was before the last change. */
  undo() {
    this.#again(this.undoList.undo(), "undo");
  }

  redo() {
    this.#again(this.undoList.redo(), "redo");
  }

  /** @type {(again: import("./undo_list.js").Again | null, direction: "undo" | "redo") => void} */
  #again(again, direction) {
    if (again === null) return;
    const { settings, needsStop } = again;
    const [{ feature, selectors }] = settings;
    const key = settings.length === 1 ? stateKey(feature, selectors) : "undo";
    this.#want({ key, settings, direction, options: { needsStop } });
  }

  /**
   * The calls to be made at this time, in milliseconds. `lease`: whether this viewer may change the
   * camera, nobody does, or somebody else.
   * @type {(now: number, lease: "mine" | "free" | "other") => WantedCall[]}
   */
  calls(now, lease) {
    if (this.#pending.size === 0) return [];
    if (lease === "other") {
      this.#dropAll({ level: "error", key: "setup.held", values: {} });
      return [];
    }
    if (lease === "mine") this.#taken = false;
    else if (!this.#taken) {
      return [...this.#open.values()].includes(null) ? [] : [this.#send(null, "lease", { action: "take" })];
    }
    const sent = [...this.#open.values()];
    if (now < this.#sentAt + INTERVAL_MS || sent.length >= MOST_OPEN) return [];
    for (const wish of this.#pending.values()) {
      if (sent.some((other) => other?.key === wish.key)) continue;
      this.#pending.delete(wish.key);
      this.#sentAt = now;
      return [this.#send(wish, ...callOf(wish))];
    }
    return [];
  }

  /** Milliseconds until more can be sent; null: nothing waits for the time. @param {number} now */
  wait(now) {
    return this.#pending.size === 0 ? null : Math.max(0, this.#sentAt + INTERVAL_MS - now);
  }

  /** @type {(wish: Wish | null, operation: string, args: object) => WantedCall} */
  #send(wish, operation, args) {
    this.#lastId += 1;
    this.#open.set(this.#lastId, wish);
    return { id: this.#lastId, operation, args };
  }

  /** The changes that a result has, for what shows values. @type {(id: number, result: any) => FeatureChange[]} */
  answered(id, result) {
    const wish = this.#open.get(id);
    this.#open.delete(id);
    if (wish === undefined) return [];
    if (wish === null) {
      this.#taken = true;
      return [];
    }
    /** @type {FeatureChange[]} */
    const changes = Array.isArray(result.changes) ? result.changes : [result];
    const note = noteOf(changes);
    if (note !== null) this.notes.set(wish.key, note);
    this.#remember(wish, changes);
    return changes;
  }

  /** @type {(wish: Wish, changes: FeatureChange[]) => void} */
  #remember({ command, options, direction }, changes) {
    if (command) return;
    const done = changes.filter(({ applied, old, value }) => applied && old !== undefined && value !== undefined && old !== value);
    if (direction !== "") this.undoList.moved(direction, done.length > 0 || changes.every(({ applied }) => applied));
    else if (done.length > 0) this.undoList.add(done, options.companions ?? [], options.joins ?? false);
  }

  /** @type {(id: number, error: FailedCall) => void} */
  failed(id, error) {
    const wish = this.#open.get(id);
    this.#open.delete(id);
    if (wish === undefined) return;
    if (error.code === "refused") this.#taken = false;
    const values = { message: error.message, remedy: error.remedy };
    const key = error.remedy === "" ? "setup.failed" : "setup.failed_remedy";
    /** @type {Note} */
    const note = { level: "error", key, values };
    if (wish === null) {
      this.#dropAll(note);
      return;
    }
    // A newer wish took its place: that one's answer counts.
    const replaced = error.code === "replaced" || this.#pending.has(wish.key);
    if (!replaced && error.code === "locked" && !wish.stop && error.remedy.includes("'stop'")) {
      this.#ask(wish);
      return;
    }
    this.#drop(wish);
    if (!replaced) this.notes.set(wish.key, note);
  }

  /** @param {Note} note of all that was not sent */
  #dropAll(note) {
    for (const wish of this.#pending.values()) {
      this.notes.set(wish.key, note);
      this.#drop(wish);
    }
    this.#pending.clear();
  }

  /** The connection is another one: replies will not come. What was done can still be undone. */
  reset() {
    for (const wish of [...this.#pending.values(), ...this.#open.values(), this.question]) this.#drop(wish);
    this.#pending.clear();
    this.#open.clear();
    this.question = null;
    this.#taken = false;
  }
}

/** @type {(wish: Wish) => [string, object]} */
function callOf({ settings, command, stop }) {
  if (settings.length > 1) return ["load", { text: settingsText(settings), stop }];
  const [{ feature, value, selectors = {} }] = settings;
  const chosen = Object.keys(selectors).length > 0 ? { selectors } : {};
  if (command) return ["execute", { feature, ...chosen }];
  return ["set", { feature, value, ...chosen, stop }];
}

/** What is to be said of changes; null: all is as it was wanted. @type {(changes: FeatureChange[]) => Note | null} */
function noteOf(changes) {
  const refused = changes.find(({ applied }) => !applied);
  if (refused !== undefined) {
    const { feature, reason = "" } = refused;
    if (changes.length === 1) return { level: "error", key: "setup.refused", values: { reason } };
    return { level: "error", key: "setup.refused_one", values: { feature, reason } };
  }
  const rounded = changes.find(({ reason }) => reason);
  if (rounded !== undefined) return { level: "note", key: "setup.adjusted", values: { reason: rounded.reason ?? "" } };
  const stopped = Math.max(0, ...changes.map(({ stopped_ms: ms = 0 }) => ms));
  return stopped > 0 ? { level: "ok", key: "setup.stopped", values: { ms: String(Math.round(stopped)) } } : null;
}

/**
 * How long the value that a feature has now will last; null: it is what the configuration says, or
 * was never set.
 * @type {(state: FeatureState | undefined, text: (value: FeatureValue) => string) => Note | null}
 */
export function lastingOf(state, text) {
  if (state === undefined || !state.differs) return null;
  const { configured } = state;
  if (configured === undefined) return { level: "note", key: "setup.lasts.unset", values: {} };
  return { level: "note", key: "setup.lasts.configured", values: { value: text(configured) } };
}
