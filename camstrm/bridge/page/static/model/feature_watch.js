/**
 * What is known of one camera's features while somebody looks at them: which call is to be made next,
 * and what its answer means. Sans I/O: no DOM, no connection, no clock. The Qt viewer has the same
 * in feature_watch.py; tests/vectors/viewing/feature_watch.json holds both to it.
 */

import { FeatureTree } from "./feature_tree.js";

/** Watches that may be open: the one before ends by itself within 5 s. */
const MOST_WATCHES = 2;

/** Milliseconds between two watches of the same: a server that has nothing to say is not asked faster. */
const WATCH_MS = 100;

/** Milliseconds until a call that failed is made again, and one for which there was no room. */
const PAUSE_MS = 3000;
const BUSY_PAUSE_MS = 500;

/** Milliseconds between two looks at values behind selectors: each look writes a selector. */
const SELECTED_MS = 1000;

/** Trees that are kept: cameras of one model and firmware share theirs. */
const MOST_TREES = 8;

/** @type {(feature: string, selectors?: Selectors) => string} */
export function stateKey(feature, selectors = {}) {
  const pairs = Object.entries(selectors).sort(([one], [other]) => (one < other ? -1 : 1));
  return pairs.length === 0 ? feature : `${feature}[${pairs.map(([name, value]) => `${name}=${value}`).join(",")}]`;
}

export class FeatureWatch {
  /** @type {FeatureTree | null} null until it has come */
  tree = null;
  /** States by stateKey: of the features that are shown. @type {Map<string, FeatureState>} */
  states = new Map();
  /** What is set again after a reconnect. @type {FeatureSetting[]} */
  live = [];
  /** What the camera was too slow for. @type {string[]} */
  unread = [];
  /** Why nothing new comes. @type {FailedCall | null} */
  problem = null;

  /** Trees by hash, the newest last. @type {Map<string, FeatureTree>} */
  #trees = new Map();
  /** Hash of each camera's last tree, by index. @type {Map<number, string>} */
  #hashes = new Map();
  /** @type {number | null} index; null: nothing is shown */
  #camera = null;
  /** What is shown; null: all. @type {string[] | null} */
  #names = [];
  /** What is shown with values of selectors. @type {{ features: string[], selectors: Selectors }[]} */
  #groups = [];
  /** Grows with each camera and connection: answers of an earlier one are dropped. */
  #epoch = 0;
  /** Grows when other features are shown. */
  #turn = 0;
  #revision = 0;
  #lastId = 0;
  /** @type {Map<number, { kind: string, epoch: number, turn: number, group: number }>} */
  #open = new Map();
  /** Groups that are to be read. @type {Set<number>} */
  #due = new Set();
  /** Times of the caller's clock, in milliseconds. */
  #retryAt = 0;
  #selectedAt = 0;
  #watchAt = 0;

  /**
   * Look at these features of a camera (null: all), and at some with values of their selectors.
   * @type {(camera: number, names: string[] | null, groups?: { features: string[], selectors: Selectors }[]) => void}
   */
  show(camera, names, groups = []) {
    if (camera !== this.#camera) this.#restart(camera);
    if (JSON.stringify([names, groups]) === JSON.stringify([this.#names, this.#groups])) return;
    this.#names = names;
    this.#groups = groups;
    this.#turn += 1;
    this.#revision = 0;
    this.#watchAt = 0;
    this.#due = new Set(groups.keys());
    this.#selectedAt = 0;
  }

  /** Nothing is looked at; what is open ends by itself. */
  hide() {
    this.#restart(null);
  }

  /** The connection is another one, or the camera behind the index. */
  reset() {
    this.#restart(this.#camera);
    this.#open.clear();
  }

  /** @param {number | null} camera */
  #restart(camera) {
    this.#camera = camera;
    this.#epoch += 1;
    this.#revision = 0;
    this.#retryAt = 0;
    this.#selectedAt = 0;
    this.#watchAt = 0;
    this.#due = new Set(this.#groups.keys());
    this.tree = null;
    this.states = new Map();
    this.live = [];
    this.unread = [];
    this.problem = null;
    if (camera === null) {
      this.#names = [];
      this.#groups = [];
    }
  }

  /** The calls to be made at this time, in milliseconds. @type {(now: number) => WantedCall[]} */
  calls(now) {
    if (this.#camera === null || now < this.#retryAt) return [];
    const open = [...this.#open.values()];
    const mine = open.filter(({ epoch }) => epoch === this.#epoch);
    if (this.tree === null) {
      if (mine.some(({ kind }) => kind === "features")) return [];
      const hash = this.#hashes.get(this.#camera) ?? "";
      return [this.#call("features", hash === "" ? {} : { hash })];
    }
    const calls = [];
    const watches = open.filter(({ kind }) => kind === "watch").length;
    const watched = mine.some(({ kind, turn }) => kind === "watch" && turn === this.#turn);
    const due = !watched && now >= this.#watchAt && watches < MOST_WATCHES;
    if (due && (this.#names === null || this.#names.length > 0)) {
      this.#watchAt = now + WATCH_MS;
      calls.push(this.#call("watch", { ...this.#wanted(), after: this.#revision }));
    }
    if (mine.some(({ kind }) => kind === "values")) return calls;
    if (this.unread.length > 0) {
      calls.push(this.#call("values", { features: this.unread }));
    } else if (this.#due.size > 0 && now >= this.#selectedAt) {
      const [group] = this.#due;
      calls.push(this.#call("values", this.#groups[group], group));
    }
    return calls;
  }

  #wanted() {
    return this.#names === null ? {} : { features: this.#names };
  }

  /** @type {(kind: string, args: object, group?: number) => WantedCall} */
  #call(kind, args, group = -1) {
    this.#lastId += 1;
    this.#open.set(this.#lastId, { kind, epoch: this.#epoch, turn: this.#turn, group });
    return { id: this.#lastId, operation: kind, args };
  }

  /** @type {(id: number, result: any, now: number) => void} */
  answered(id, result, now) {
    const call = this.#open.get(id);
    this.#open.delete(id);
    if (call === undefined || call.epoch !== this.#epoch) return;
    this.problem = null;
    if (call.kind === "features") this.#treeCame(result);
    else if (call.group >= 0) this.#groupCame(call, result, now);
    else this.#valuesCame(call, result);
  }

  /** @param {{ hash: string, features?: FeatureInfo[] }} result */
  #treeCame({ hash, features = [] }) {
    if (this.#camera === null) return;
    const known = features.length > 0 ? undefined : this.#trees.get(hash);
    // The tree that the server took for known is not kept any more: ask for all of it.
    if (features.length === 0 && known === undefined && this.#hashes.delete(this.#camera)) return;
    const tree = known ?? new FeatureTree(features);
    this.tree = tree;
    this.#hashes.set(this.#camera, hash);
    this.#trees.delete(hash);
    this.#trees.set(hash, tree);
    for (const old of this.#trees.keys()) {
      if (this.#trees.size > MOST_TREES) this.#trees.delete(old);
    }
  }

  /** @type {(call: { kind: string, turn: number }, result: FeatureValues) => void} */
  #valuesCame({ kind, turn }, { revision = 0, features = {}, live = [], unread = [] }) {
    for (const [name, state] of Object.entries(features)) this.states.set(name, state);
    this.live = live;
    const changed = Object.keys(features).length > 0;
    if (kind === "watch" && turn === this.#turn) {
      this.#revision = revision;
      if (changed) this.#due = new Set(this.#groups.keys());
    }
    const left = this.unread.filter((name) => !(name in features));
    this.unread = kind === "watch" ? [...new Set([...left, ...unread])] : unread;
  }

  /** @type {(call: { turn: number, group: number }, result: FeatureValues, now: number) => void} */
  #groupCame({ turn, group }, { features = {} }, now) {
    if (turn !== this.#turn) return;
    const { selectors } = this.#groups[group];
    for (const [name, state] of Object.entries(features)) this.states.set(stateKey(name, selectors), state);
    this.#due.delete(group);
    if (this.#due.size === 0) this.#selectedAt = now + SELECTED_MS;
  }

  /** @type {(id: number, error: FailedCall, now: number) => void} */
  failed(id, error, now) {
    const call = this.#open.get(id);
    this.#open.delete(id);
    if (call === undefined || call.epoch !== this.#epoch) return;
    if (call.turn !== this.#turn && call.kind !== "features") return;
    const busy = error.code === "busy";
    this.#retryAt = now + (busy ? BUSY_PAUSE_MS : PAUSE_MS);
    if (!busy) this.problem = error;
  }

  /** What a change's reply says, before the next look. @param {FeatureChange} change */
  changed({ feature, value, selectors = {}, changed = {} }) {
    this.#known(stateKey(feature, selectors), value);
    for (const [name, other] of Object.entries(changed)) this.#known(name, other);
  }

  /** @type {(key: string, value: FeatureValue | undefined) => void} */
  #known(key, value) {
    const state = this.states.get(key);
    if (state !== undefined && value !== undefined) this.states.set(key, { ...state, value });
  }
}
