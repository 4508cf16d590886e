/**
 * Files of settings and the user sets of a camera. No DOM. The Qt viewer has the same in
 * feature_files.py; tests/vectors/viewing/feature_files.json holds both to it.
 */

import { stateKey } from "./feature_watch.js";
import { MAGIC } from "./settings_text.js";

/** Cameras that a file of `chosen` fits, itself first. @type {(cameras: CameraInfo[], chosen: CameraInfo) => CameraInfo[]} */
export function sameModel(cameras, chosen) {
  const others = cameras.filter(
    ({ index, model, vendor }) =>
      index !== chosen.index && model !== "" && model === chosen.model && vendor === chosen.vendor,
  );
  return [chosen, ...others];
}

/**
 * What is wrong with a file before it is sent: the key of a text, "" for nothing.
 * @type {(text: string, most: number) => string}
 */
export function fileProblem(text, most) {
  if (text.trim() === "") return "sets.file.empty";
  const [first] = text.split(/\r\n|\r|\n/, 1);
  if (!first.toLowerCase().includes(MAGIC.slice(2).toLowerCase())) return "sets.file.kind";
  // Beside the text a call has braces and names, and each line break becomes two characters.
  const size = new TextEncoder().encode(JSON.stringify(text)).length + 200;
  return size > most ? "sets.file.large" : "";
}

/** A name for a file of this camera. @type {(camera: string, time: Date) => string} */
export function fileName(camera, time) {
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${camera.replace(/[\\/:*?"<>|\s]+/g, "_")}_${day.join("-")}.pfs`;
}

/** What came of a file. @type {(changes: FeatureChange[]) => FileResult} */
export function resultOf(changes) {
  const refused = changes.filter(({ applied }) => !applied);
  return {
    applied: changes.length - refused.length,
    adjusted: changes.filter(({ applied, reason }) => applied && reason).length,
    refused: refused.map(({ feature, selectors, reason = "" }) => ({ feature: stateKey(feature, selectors), reason })),
  };
}

/** Rows of a comparison. @type {(differences: FeatureDifference[]) => { feature: string, wanted: string, value: string }[]} */
export function differenceRows(differences) {
  return differences.map(({ feature, selectors, wanted, value, reason = "" }) => ({
    feature: stateKey(feature, selectors),
    wanted: String(wanted),
    value: value === undefined ? reason : String(value),
  }));
}

/**
 * The user sets of a camera; null: it has none.
 * @type {(tree: FeatureTree, states: Map<string, FeatureState>) => UserSets | null}
 */
export function userSetsOf(tree, states) {
  const selector = tree.info("UserSetSelector");
  if (selector === null) return null;
  const state = states.get("UserSetSelector");
  const there = state?.entries ?? [];
  const entries = (selector.entries ?? []).filter(({ name }) => there.length === 0 || there.includes(name));
  /** @param {string} name */
  const known = (name) => (tree.info(name) === null ? "" : name);
  const start = known("UserSetDefault") || known("UserSetDefaultSelector");
  return {
    entries: entries.map(({ name, display_name: text }) => ({ name, text: text || name })),
    chosen: String(state?.value ?? ""),
    load: known("UserSetLoad"),
    save: known("UserSetSave"),
    start: String(states.get(start)?.value ?? ""),
  };
}

/** One file for several cameras, one after another. Sans I/O. */
export class FileRun {
  /** @type {FileRow[]} */
  rows;
  #text;
  #stop;
  #lastId = 0;
  /** The call whose reply is awaited; null: none. @type {{ id: number, operation: string } | null} */
  #open = null;
  /** Camera whose lease has to be given back first, null: none. @type {number | null} */
  #give = null;

  /**
   * `mine`: cameras whose lease this viewer has already. `stop`: they may be stopped for a moment.
   * @param {string} text
   * @param {{ index: number, name: string }[]} cameras
   * @param {{ mine?: number[], stop?: boolean }} options
   */
  constructor(text, cameras, { mine = [], stop = false } = {}) {
    this.#text = text;
    this.#stop = stop;
    this.rows = cameras.map(({ index, name }) => ({
      camera: index,
      name,
      state: "waiting",
      leased: mine.includes(index),
      result: null,
      problem: "",
    }));
  }

  get done() {
    return this.#give === null && this.rows.every(({ state }) => state === "done" || state === "failed");
  }

  /** The next call, null: one is under way or all are done. @type {() => (WantedCall & { camera: number }) | null} */
  next() {
    if (this.#open !== null) return null;
    if (this.#give !== null) {
      const camera = this.#give;
      this.#give = null;
      return this.#call(camera, "lease", { action: "give" });
    }
    const row = this.rows.find(({ state }) => state === "running") ?? this.rows.find(({ state }) => state === "waiting");
    if (row === undefined) return null;
    const begins = row.state === "waiting";
    row.state = "running";
    if (begins && !row.leased) return this.#call(row.camera, "lease", { action: "take" });
    return this.#call(row.camera, "load", { text: this.#text, stop: this.#stop });
  }

  /** @type {(camera: number, operation: string, args: object) => WantedCall & { camera: number }} */
  #call(camera, operation, args) {
    this.#lastId += 1;
    this.#open = { id: this.#lastId, operation };
    return { id: this.#lastId, operation, args, camera };
  }

  /** @type {(id: number, result: any) => void} */
  answered(id, result) {
    const open = this.#closed(id);
    const row = this.rows.find(({ state }) => state === "running");
    if (open === null || row === undefined || open.operation === "lease") return;
    row.state = "done";
    row.result = resultOf(result.changes ?? []);
    this.#give = row.leased ? null : row.camera;
  }

  /** @type {(id: number, error: FailedCall) => void} */
  failed(id, error) {
    const open = this.#closed(id);
    const row = this.rows.find(({ state }) => state === "running");
    if (open === null || row === undefined) return;
    row.state = "failed";
    row.problem = error.message;
    if (open.operation === "load" && !row.leased) this.#give = row.camera;
  }

  /** @param {number} id */
  #closed(id) {
    if (this.#open?.id !== id) return null;
    const open = this.#open;
    this.#open = null;
    return open;
  }
}
