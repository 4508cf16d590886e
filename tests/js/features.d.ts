/** Features, and what is done with them: the structs of FORMAT.md, section 5; a member that is left out is empty. */

type FeatureValue = boolean | number | string;
type Selectors = Record<string, string | number>;

interface FeatureEntry {
  name: string;
  display_name?: string;
  tooltip?: string;
}

interface FeatureInfo {
  name: string;
  type: string;
  category?: string[];
  display_name?: string;
  tooltip?: string;
  description?: string;
  unit?: string;
  representation?: string;
  visibility?: string;
  entries?: FeatureEntry[];
  selectors?: string[];
  selects?: string[];
  streamable?: boolean;
  polling_ms?: number;
}

interface FeatureState {
  access: string;
  value?: FeatureValue;
  minimum?: number;
  maximum?: number;
  increment?: number;
  entries?: string[];
  locked_by?: string;
  needs_stop?: boolean;
  differs?: boolean;
  /** What the configuration says. */
  configured?: FeatureValue;
  problem?: string;
}

interface FeatureSetting {
  feature: string;
  value: FeatureValue;
  selectors?: Selectors;
}

interface FeatureValues {
  revision?: number;
  features?: Record<string, FeatureState>;
  live?: FeatureSetting[];
  unread?: string[];
}

interface FeatureChange {
  feature: string;
  wanted: FeatureValue | null;
  applied: boolean;
  value?: FeatureValue;
  old?: FeatureValue;
  reason?: string;
  selectors?: Selectors;
  changed?: Record<string, FeatureValue>;
  stopped_ms?: number;
}

interface FeatureDifference {
  feature: string;
  wanted: FeatureValue;
  value?: FeatureValue;
  selectors?: Selectors;
  reason?: string;
}

interface Finding {
  level: string;
  text: string;
  remedy?: string;
}

/** What was typed: `value` in the feature's unit, or `problem`, the key of a text with `values`. */
interface TypedNumber {
  value?: number;
  problem?: string;
  values?: Record<string, string>;
}

/** A call that a model wants made; `id` comes back with its answer. */
interface WantedCall {
  id: number;
  operation: string;
  args: object;
}

/** A sentence of a model: the key of a text, and its values. */
interface Note {
  level: "ok" | "note" | "error" | "question";
  key: string;
  values: Record<string, string>;
}

interface FailedCall {
  message: string;
  remedy: string;
  code: string;
}

/** What of the tree is wanted: `only` these features, without those below the paths `closed`. */
interface TreeView {
  level?: string;
  query?: string;
  only?: Iterable<string> | null;
  closed?: Iterable<string>;
}

/** A category (`category` is its path) or a feature. */
interface TreeRow {
  depth: number;
  feature?: string;
  category?: string;
  name?: string;
  open?: boolean;
  count?: number;
}

interface FeatureLock {
  sentence: string;
  needsStop: boolean;
  /** Features that the sentence names, and the value that most likely unlocks. */
  unlocks: { feature: string; value: FeatureValue | null }[];
}

type FeatureTree = import("../../camstrm/bridge/page/static/model/feature_tree.js").FeatureTree;

/** A card of the set-up panel: the feature of each of its parts. */
interface SetupCard {
  id: string;
  parts: Record<string, string>;
}

interface RegionLimits {
  now: Rectangle;
  whole: Size;
  least: Size;
  steps: Rectangle;
  /** Whether it can begin elsewhere than at the sensor's edge. */
  moves: { x: boolean; y: boolean };
}

/** What of a Measurement the grey point takes. */
interface Measured {
  bits: number;
  channels: { name: string; mean: number; clipped: number }[];
}

/** New ratios by the selector's entry, or the key of a text that says why there are none. */
interface GreyPoint {
  ratios?: Record<string, number>;
  problem?: string;
}

interface WishOptions {
  joins?: boolean;
  companions?: FeatureSetting[];
  needsStop?: boolean;
}

interface LeaseFlow {
  may: "mine" | "free" | "other" | "never";
  note: Note | null;
  actions: string[];
}

interface FileResult {
  applied: number;
  adjusted: number;
  refused: { feature: string; reason: string }[];
}

interface FileRow {
  camera: number;
  name: string;
  state: "waiting" | "running" | "done" | "failed";
  leased: boolean;
  result: FileResult | null;
  problem: string;
}

/** `start`: the set that the camera begins with; `load`, `save`: names of the commands, or empty. */
interface UserSets {
  entries: { name: string; text: string }[];
  chosen: string;
  load: string;
  save: string;
  start: string;
}

/** A link for others. */
interface SharedLink {
  id: string;
  expires_us: number;
  created_us?: number;
  cameras?: string[];
  note?: string;
  made_by?: string;
  url_token?: string;
}
