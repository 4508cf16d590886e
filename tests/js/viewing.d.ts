/** Types of the page's models of tools (static/model). Field names of results are those of FORMAT.md. */

/** A sentence that a model wants to have said: `say(said.key, said.values)`. */
interface Said {
  key: string;
  values: Record<string, string | number>;
}

interface ChannelMeasurement {
  name: string;
  mean: number;
  minimum: number;
  maximum: number;
  deviation: number;
  clipped: number;
  black: number;
  histogram?: number[];
}

interface LineProfile {
  positions: number[];
  values: Record<string, number[]>;
}

/** What `measure` gives. */
interface Measurement {
  pixel_format: string;
  bits: number;
  region: Region;
  pixels: number;
  step: number;
  channels: ChannelMeasurement[];
  sharpness: number;
  frame_id?: number | null;
  capture_time_us?: number;
  point?: Record<string, number>;
  line?: LineProfile | null;
}

/** A value of the raw bits, and as a part of the largest one. */
interface Figure {
  raw: string;
  percent: string;
}

interface ChannelFigures {
  name: string;
  mean: Figure;
  minimum: Figure;
  maximum: Figure;
  deviation: Figure;
  clipped: string;
  black: string;
}

interface ProfileChart {
  length: number;
  low: number;
  high: number;
  series: { name: string; points: number[][] }[];
}

/** What is known of a picture that a person keeps; places and sizes in pixels of the sensor. */
interface SnapshotFacts {
  file: string;
  camera: string;
  serial: string;
  model: string;
  vendor: string;
  frameId: number | string | null;
  capturedUs: number;
  savedUs: number;
  /** East of Greenwich. */
  zoneMinutes: number;
  pixelFormat: string;
  frameSize: [number, number];
  region: Region;
  /** Pixels of the screen for one of the sensor. */
  zoom: number;
  rotation: number;
  mirror: boolean;
  /** Of the file, in its own pixels. */
  pictureSize: [number, number];
  /** What the file's pixels were made of: "JPEG, 8 bit". */
  picture: string;
  frozen: boolean;
  /** Names of the tools that are drawn into the picture. */
  burntIn: string[];
  server: string;
}

/** What a tool needs of the common measurement. */
interface MeasuringNeeds {
  /** A histogram. */
  bins?: boolean;
  /** A profile along this line, null: none now. */
  line?: () => { from: Point; to: Point } | null;
}

type Tools = import("../../camstrm/bridge/page/static/tools/tools.js").Tools;
