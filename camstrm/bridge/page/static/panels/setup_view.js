/** What a control of the set-up panel shows of its feature. */

import { choicesOf } from "../model/camera_setup.js";
import { lastingOf } from "../model/feature_edit.js";
import { lockOf } from "../model/feature_tree.js";
import { stateKey } from "../model/feature_watch.js";
import { formatValue } from "../model/value_scale.js";
import { say } from "../texts.js";
import { sentence } from "./feature_session.js";

export class SetupView {
  session;
  /** Somebody may change something now. */
  enabled = false;

  /** @param {import("./feature_session.js").FeatureSession} session */
  constructor(session) {
    this.session = session;
  }

  /** @type {(feature: string, selectors?: Selectors) => FeatureState | undefined} */
  state(feature, selectors = {}) {
    return this.session.watch.states.get(stateKey(feature, selectors));
  }

  /** What is wanted, or what the camera has. @type {(feature: string, selectors?: Selectors) => FeatureValue | undefined} */
  value(feature, selectors = {}) {
    return this.session.editor?.edit.wanted(feature, selectors) ?? this.state(feature, selectors)?.value;
  }

  /**
   * `free`: features whose lock does not count, for they are switched off with the change.
   * @type {(feature: string, label: string, selectors?: Selectors, free?: string[]) => import("./controls.js").ControlView}
   */
  of(feature, label, selectors = {}, free = []) {
    const { watch, editor } = this.session;
    const info = watch.tree?.info(feature) ?? { name: feature, type: "string" };
    const state = this.state(feature, selectors);
    const key = stateKey(feature, selectors);
    const note = editor?.edit.notes.get(key);
    const lasting = lastingOf(state, (value) => formatValue(value, info));
    const { why, possible } = this.#why(state, free);
    const said = note ?? lasting;
    return {
      label,
      info,
      state,
      wanted: editor?.edit.wanted(feature, selectors),
      enabled: this.enabled && possible,
      note: said === null ? null : { level: note === undefined ? "lasts" : said.level, text: sentence(said) },
      why,
    };
  }

  /** @type {(state: FeatureState | undefined, free: string[]) => { why: string, possible: boolean }} */
  #why(state, free) {
    const { watch } = this.session;
    if (state === undefined) return { why: "", possible: false };
    const lock = watch.tree === null ? null : lockOf(watch.tree, state);
    if (lock !== null) {
      const switched = lock.unlocks.length > 0 && lock.unlocks.every(({ feature }) => free.includes(feature));
      if (switched) return { why: say("setup.auto.on"), possible: true };
      if (lock.needsStop) return { why: say("setup.needs_stop"), possible: true };
      return { why: say("features.locked", { reason: lock.sentence }), possible: false };
    }
    if (state.problem) return { why: say("features.problem", { problem: state.problem }), possible: false };
    if (state.access === "NA") return { why: say("features.unavailable"), possible: false };
    if (state.access === "RO") return { why: say("features.read_only"), possible: false };
    return { why: "", possible: true };
  }

  /** The entries of a choice. @param {string} feature */
  choices(feature) {
    const info = this.session.watch.tree?.info(feature);
    return info ? choicesOf(info, this.state(feature)) : [];
  }

  /** @type {(feature: string, value: FeatureValue, selectors?: Selectors, options?: WishOptions) => void} */
  wish(feature, value, selectors = {}, options = {}) {
    const needsStop = this.state(feature, selectors)?.needs_stop ?? false;
    this.session.editor?.wish(feature, value, selectors, { ...options, needsStop });
  }

  /** @type {(key: string, settings: FeatureSetting[]) => void} */
  wishAll(key, settings) {
    const needsStop = settings.some(({ feature }) => this.state(feature)?.needs_stop ?? false);
    this.session.editor?.edit.wishAll(key, settings, { needsStop });
    this.session.editor?.changed();
  }

  /** @param {string} key of several settings @returns {{ level: string, text: string } | null} */
  note(key) {
    const note = this.session.editor?.edit.notes.get(key);
    return note === undefined ? null : { level: note.level, text: sentence(note) };
  }
}
