/**
 * The models of one camera's features at work: their calls are made, their answers brought back.
 * Changes are of the camera, whichever panel wants them; what is watched is of one panel.
 */

import { FeatureEdit } from "../model/feature_edit.js";
import { FeatureWatch } from "../model/feature_watch.js";
import { leaseFlow } from "../model/lease_flow.js";
import { say } from "../texts.js";

/** Pauses of a watch and the minutes of a lease are looked at so often. */
const TICK_MS = 250;

/** Changes that were made so long before belong to the same gesture on the same control. */
const JOIN_MS = 1000;

/** Changes of cameras whose panel was open, by the camera's name. @type {Map<string, Editor>} */
const editors = new Map();

/** A sentence of a model. @param {Note} note */
export function sentence({ key, values }) {
  // Sentences of the server have no full stop where they are parts of others.
  return say(key, values).replace(/\.\.$/, ".");
}

class Editor {
  edit = new FeatureEdit();
  /** @type {Set<(changes: FeatureChange[]) => void>} */
  listeners = new Set();
  index = -1;
  #services;
  #timer = 0;
  #lastKey = "";
  #lastMs = -Infinity;

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
  }

  /** @returns {LeaseFlow} */
  get lease() {
    const { lease, me, serverTimeUs } = this.#services;
    return leaseFlow(lease(this.index), me(), serverTimeUs());
  }

  /** @type {(feature: string, value: FeatureValue, selectors?: Selectors, options?: WishOptions) => void} */
  wish(feature, value, selectors = {}, options = {}) {
    const key = JSON.stringify([feature, selectors]);
    const now = performance.now();
    const joins = options.joins ?? (key === this.#lastKey && now < this.#lastMs + JOIN_MS);
    this.#lastKey = key;
    this.#lastMs = now;
    this.edit.wish(feature, value, selectors, { ...options, joins });
    this.changed();
  }

  /** Something of `edit` was called: make what calls it wants. */
  changed() {
    this.#pump();
    for (const listener of this.listeners) listener([]);
  }

  #pump() {
    const may = this.lease.may === "never" ? "other" : this.lease.may;
    for (;;) {
      const calls = this.edit.calls(performance.now(), may);
      if (calls.length === 0) break;
      for (const call of calls) this.#make(call);
    }
    window.clearTimeout(this.#timer);
    const wait = this.edit.wait(performance.now());
    if (wait !== null) this.#timer = window.setTimeout(() => this.#pump(), Math.max(wait, 5));
  }

  /** @param {WantedCall} call */
  async #make({ id, operation, args }) {
    /** @type {FeatureChange[]} */
    let changes = [];
    const before = new Map(this.edit.notes);
    try {
      changes = this.edit.answered(id, await this.#services.call(this.index, operation, args));
    } catch (error) {
      this.edit.failed(id, /** @type {FailedCall} */ (error));
    }
    for (const [key, note] of this.edit.notes) {
      if (before.get(key) !== note) this.#services.announce(sentence(note), note.level === "error");
    }
    this.#pump();
    for (const listener of this.listeners) listener(changes);
  }
}

/** @type {(services: Services, camera: CameraInfo) => Editor} */
function editorOf(services, { name, index }) {
  let editor = editors.get(name);
  if (editor === undefined) {
    editor = new Editor(services);
    editors.set(name, editor);
  }
  editor.index = index;
  return editor;
}

export class FeatureSession {
  watch = new FeatureWatch();
  /** @type {Editor | null} null: no camera is shown */
  editor = null;
  /** @type {CameraInfo | null} */
  camera = null;
  #services;
  #choose;
  #paint;
  #timer = 0;
  #painting = 0;
  #connection = 0;
  /** @type {(changes: FeatureChange[]) => void} */
  #listener = (changes) => {
    for (const change of changes) this.watch.changed(change);
    this.paintSoon();
  };

  /**
   * `choose` says what is shown of a tree that has come; `paint` is called when something changed.
   * @param {Services} services
   * @param {(tree: FeatureTree) => { names: string[] | null, groups?: { features: string[], selectors: Selectors }[] }} choose
   * @param {() => void} paint
   */
  constructor(services, choose, paint) {
    this.#services = services;
    this.#choose = choose;
    this.#paint = paint;
  }

  /** @param {CameraInfo | null} camera */
  show(camera) {
    if (camera?.index !== this.camera?.index || camera?.name !== this.camera?.name) {
      this.editor?.listeners.delete(this.#listener);
      this.watch.hide();
    }
    this.camera = camera;
    this.editor = camera === null ? null : editorOf(this.#services, camera);
    this.editor?.listeners.add(this.#listener);
    window.clearInterval(this.#timer);
    this.#timer = camera === null ? 0 : window.setInterval(() => this.#tick(), TICK_MS);
    this.pump();
    this.paintSoon();
  }

  hide() {
    this.show(null);
  }

  #tick() {
    const { id } = this.#services.me();
    if (id !== this.#connection && id !== 0) {
      if (this.#connection !== 0) {
        this.watch.reset();
        this.editor?.edit.reset();
      }
      this.#connection = id;
    }
    this.pump();
    this.paintSoon();
  }

  /** Make the calls that are due; to be called when something else is to be shown. */
  pump() {
    const { camera, watch } = this;
    if (camera === null) return;
    if (watch.tree === null) watch.show(camera.index, []);
    else {
      const { names, groups = [] } = this.#choose(watch.tree);
      watch.show(camera.index, names, groups);
    }
    if (document.hidden) return;
    for (const call of watch.calls(performance.now())) this.#make(camera.index, call);
  }

  /** @type {(camera: number, call: WantedCall) => Promise<void>} */
  async #make(camera, { id, operation, args }) {
    try {
      const result = await this.#services.call(camera, operation, args);
      this.watch.answered(id, result, performance.now());
    } catch (error) {
      this.watch.failed(id, /** @type {FailedCall} */ (error), performance.now());
    }
    this.pump();
    this.paintSoon();
  }

  /** Paint with the next picture of the screen. */
  paintSoon() {
    if (this.#painting !== 0) return;
    this.#painting = requestAnimationFrame(() => {
      this.#painting = 0;
      if (this.camera !== null) this.#paint();
    });
  }
}
