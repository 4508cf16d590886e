/** Types that the page's modules share in their JSDoc. Field names are those of FORMAT.md. */

type Bytes = Uint8Array<ArrayBuffer>;

/** A picture of one camera, and the camera's state; `payload` is empty without a picture. */
interface Frame {
  camera_index: number;
  state: number;
  encoding: number;
  flags: number;
  pixel_format: number;
  frame_id: bigint;
  device_timestamp_ns: bigint;
  capture_time_us: bigint;
  encoded_time_us: bigint;
  state_since_us: bigint;
  width: number;
  height: number;
  source_width: number;
  source_height: number;
  /** Id of the view, 0: the whole picture. */
  view: number;
  /** What a view shows of the camera's frame; all 0 for the whole picture. */
  x: number;
  y: number;
  region_width: number;
  region_height: number;
  payload: Bytes;
}

type FrameHeader = Omit<Frame, "payload">;

interface Bundle {
  seq: bigint;
  timestamp_us: bigint;
  frames: Frame[];
}

/** Turns a part of a message into what it should be, or throws a WireError that says where. */
type Decoder<T> = (value: unknown, where: string) => T;

/** One field of an object; a field that may be missing has a default. */
type Field<T> = readonly [decode: Decoder<T>, fallback?: T];

/** A camera of the server; `index` is its number in bundles and messages. */
interface CameraInfo {
  index: number;
  name: string;
  serial: string;
  model: string;
  vendor: string;
  /** How it is shown: first `mirror` (left and right), then turned clockwise by degrees. */
  rotation: number;
  mirror: boolean;
}

/** How a camera does; the counters begin with the grabber. */
interface CameraStatus {
  index: number;
  state: number;
  /** Microseconds of UTC. */
  since_us: number;
  reason: string;
  pixel_format: string;
  width: number;
  height: number;
  delivered: number;
  incomplete: number;
  rejected: number;
  underrun: number;
  overwritten: number;
  gaps: number;
  encoded: number;
  missed: number;
  reconnects: number;
  restarts: number;
  reconfigured: number;
  grab_fps: number;
  sent_fps: number;
  /** Usual time between two frames, 0: not known. */
  interval_us: number;
  /** Features that were set live and have another value than the configuration says. */
  differs: number;
}

/** How this viewer does; `reason`: why bundles were skipped. */
interface ViewerStatus {
  id: number;
  sent: number;
  skipped: number;
  reason: string;
  in_flight: number;
  sent_fps: number;
  /** Of the token, empty without one. */
  name: string;
  role: string;
  /** Longest side of the pictures because the link is slow, 0: they are not made smaller. */
  reduced: number;
  /** Bundles that may be unacknowledged now. */
  window: number;
  /** From sending a bundle to its ack, 0: not known. */
  round_trip_us: number;
  /** Skipped bundles by reason. */
  skips: Record<string, number>;
}

/** What the server wants of a viewer, and the rate of the stream. */
interface Limits {
  /** Bundles that may be unacknowledged. */
  window: number;
  /** Bytes of a message to the server. */
  max_message_size: number;
  stream_fps: number;
  /** Calls that may be open, 0: the server knows none. */
  max_calls: number;
  /** Different views of all viewers, 0: the server knows none. */
  max_views: number;
}

/** x, y, width, height in pixels of the camera's frame. */
type Region = [number, number, number, number];

/** What is wanted of a camera beside its whole picture, null: nothing said. */
interface View {
  camera: number;
  region: Region | null;
  max_width: number | null;
  max_height: number | null;
  quality: number | null;
}

/** A view without its camera; `region` null: the whole picture. */
interface SmallView {
  region: null;
  max_width: number;
  max_height: number;
  quality: null;
}

interface PartialView {
  region: Region;
  max_width: number;
  max_height: number;
  quality: number | null;
}

/** What is wanted of a camera, by its index; `view` null: the usual whole picture. */
interface Wish {
  camera: number;
  view: SmallView | PartialView | null;
}

type Orientation = import("../../camstrm/bridge/page/static/model/orientation.js").Orientation;
type Viewport = import("../../camstrm/bridge/page/static/viewport.js").Viewport;

interface Point {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

type Rectangle = Point & Size;

/** What became of a wished view; `view` is 0 and `refused` says why if it is not made. */
interface GrantedView {
  view: number;
  camera: number;
  region: Region | null;
  refused: string;
}

/** Something asked of a camera; `args` is what the operation takes. */
interface Call {
  id: number;
  camera: number;
  operation: string;
  args: object;
}

interface ReplyBody {
  id: number;
  ok: boolean;
  result: unknown;
  /** Sentences for the user, and a word for programs. */
  problem: string;
  remedy: string;
  code: string;
}

/** Who may change a camera. */
interface CameraLease {
  camera: number;
  holder: string;
  /** Number of the holder's connection. */
  viewer: number;
  until_us: number;
  asked_by: string;
}

/** Something that happened: FORMAT.md, section 5. Members that are left out are empty. */
interface ServerEvent {
  id: number;
  /** Microseconds of UTC. */
  time_us: number;
  /** "lost", "back", "reconfigured", "restarted", "grabber lost", "changed", "lease", ... */
  kind: string;
  /** Name of the camera. */
  camera?: string;
  text?: string;
  person?: string;
  feature?: string;
  old?: boolean | number | string;
  new?: boolean | number | string;
}

/** What `events` gives; `last` is the `after` of the next call. */
interface ServerEvents {
  events?: ServerEvent[];
  last?: number;
}

/** A token to watch some cameras; `cameras` are names. */
interface Share {
  id: string;
  expires_us: number;
  created_us?: number;
  cameras?: string[];
  note?: string;
  made_by?: string;
  /** Only in the answer to `share`. */
  url_token?: string;
}

/** What `keep` gives. */
interface Kept {
  file?: string;
  toml?: string;
  written?: boolean;
}

/** The server's first message, and a later one when its cameras change. */
interface HelloBody {
  /** Another one: the grabber was started again, bundles are counted from the beginning. */
  session: string;
  server: string;
  protocol: number;
  cameras: CameraInfo[];
  limits: Limits;
}

/** How the server does, once a second. */
interface StatusBody {
  time_us: number;
  /** "none" without a grabber. */
  input: string;
  input_since_us: number;
  bundle_fps: number;
  bundles: number;
  bundles_dropped: number;
  cameras: CameraStatus[];
  viewers: number;
  viewer: ViewerStatus | null;
}

type Hello = HelloBody & { type: "hello" };
type Status = StatusBody & { type: "status" };
type Views = { type: "views"; views: GrantedView[] };
type Leases = { type: "leases"; leases: CameraLease[] };
type Reply = ReplyBody & { type: "reply" };

/** `""` stands for all other types: the page looks at no field of theirs. */
type Message = Hello | Status | Views | Leases | Reply | { type: "" };

/** How the header shows the way from the cameras to the page; the text says why. */
interface Summary {
  mood: "live" | "part" | "wait" | "bad";
  text: string;
  /** Its two halves where cameras are missing: which ones, and how many are live. */
  faults: string;
  sum: string;
  /** Cameras that do what they should, and all. */
  live: number;
  cameras: number;
}

interface Link extends Summary {
  /** What was wrong a short time ago. */
  problem: string;
  /** The server speaks and has frame input. */
  linked: boolean;
}

/** A camera as its tile knows it; times are microseconds of UTC, 0: not known. */
interface KnownCamera {
  name: string;
  state: number;
  sinceUs: number;
  /** Its picture is old although pictures are to be expected. */
  stuck: boolean;
  /** When the picture on the screen was taken. */
  pictureUs: number;
}

/** What describeLink goes by; times are performance.now(). */
interface Known {
  connection: { phase: "connecting" | "open" | "waiting"; problem: string; retryAtMs: number };
  /** The last messages of this connection, null before. */
  hello: Hello | null;
  status: Status | null;
  /** When this connection began. */
  openedAtMs: number;
  /** When the last bundle came. */
  bundleAtMs: number;
  nowMs: number;
  cameras: KnownCamera[];
}

/** What all tiles need to write their figures. */
interface Present {
  /** performance.now() */
  nowMs: number;
  /** clientTimeUs() */
  clientUs: number;
  clock: import("../../camstrm/bridge/page/static/server_clock.js").ServerClock;
  /** The server speaks and has frame input: its figures are the present ones. */
  live: boolean;
  /** Bundles that the server did not send to this viewer. */
  skipped: number;
  /** Longest side of the pictures for this viewer because its link is slow, 0: any. */
  reduced: number;
  /** Figures are shown on all pictures. */
  info: boolean;
}

/** What a stream hands to the page. */
interface StreamReceiver {
  hello: (hello: Hello) => void;
  status: (status: Status) => void;
  viewRefused: (camera: number, why: string) => void;
  /** Whether there is a tile for a camera. */
  knows: (camera: number) => boolean;
  frame: (frame: Frame, settled: () => void, part: boolean) => void;
  /** What can be seen now; `all`: these are all cameras of the server. */
  wishes: () => { wishes: Wish[]; all: boolean };
}

/** What they throw ends the connection and becomes its `problem`. */
interface Handlers {
  opened: () => void;
  /** After opened, or without it if the server could not be reached. */
  closed: () => void;
  text: (text: string) => void;
  binary: (bytes: Bytes) => void;
}

/** `onPicture` takes the bitmap over; `onDamage` gets the reason why there is none. */
interface DecoderParts {
  decode: (frame: Frame) => Promise<ImageBitmap>;
  onPicture: (bitmap: ImageBitmap, frame: Frame) => void;
  onDamage: (error: Error) => void;
}

type Settings = import("../../camstrm/bridge/page/static/model/settings.js").Settings;
type Announcer = import("../../camstrm/bridge/page/static/shell/announcer.js").Announcer;
type Stream = import("../../camstrm/bridge/page/static/shell/stream.js").Stream;
type Tiles = import("../../camstrm/bridge/page/static/shell/tiles.js").Tiles;
type CameraTile = import("../../camstrm/bridge/page/static/camera_tile.js").CameraTile;
type PictureStage = import("../../camstrm/bridge/page/static/picture_stage.js").PictureStage;

/** What panels, actions and tools may use of the page. */
interface Services {
  /** Per person and computer; corrupt values fall back. */
  settings: Settings;
  /** Rejects with a CallError {message, remedy, code}. */
  call(camera: number, operation: string, args?: object): Promise<any>;
  cameras: {
    /** In the order in which they are shown. */
    all(): CameraInfo[];
    chosen(): CameraInfo | null;
    choose(index: number): void;
    /** Called when another camera is chosen, and when the cameras change. */
    onChoose(callback: () => void): void;
    status(index: number): CameraStatus | null;
  };
  /** Throws for a camera that is not there. */
  picture(index: number): PictureStage;
  /** The last one, null without a connection. */
  status(): Status | null;
  me(): { name: string; role: string; id: number };
  lease(index: number): CameraLease | null;
  /** The server speaks and has frame input. */
  live(): boolean;
  /** The server's clock now, in microseconds of UTC. */
  serverTimeUs(): number;
  /** For screen readers; `urgent` interrupts. */
  announce(text: string, urgent?: boolean): void;
  /** Show a short sentence over a picture. */
  hint(index: number, text: string): void;
  /** Of this server, with what the page's URL carries. */
  url(path: string): string;
  requestOverlayPaint(index: number): void;
  /** Of the shell itself. */
  stream: Stream;
  tiles: Tiles;
  sheet: { readonly shown: string; show(id: string): void; toggle(id: string): void; closeFocused(): boolean };
  showKeys(): void;
  showAbout(): void;
  /** Called when the server is lost (false) and when it is back, and now for each time before. */
  onLink(callback: (linked: boolean, timeUs: number) => void): void;
  layouts: { save(name: string): void; use(name: string): boolean; remove(name: string): void };
}

/** An event of FORMAT.md, section 5, or one that the page saw itself (id below 0). */
interface LoggedEvent {
  id: number;
  time_us: number;
  kind: string;
  camera?: string;
  text?: string;
  person?: string;
  feature?: string;
  old?: unknown;
  new?: unknown;
}

/** What follows from a change in the line on top. */
interface HeaderListener {
  announce(text: string, urgent: boolean): void;
  sound(lost: boolean): void;
  /** The server, or its input, is lost or back. */
  linked(linked: boolean): void;
}

/** Nothing is measured or watched while it is hidden. */
interface Panel {
  id: string;
  element: HTMLElement;
  /** Called when it opens and whenever another camera is chosen; null: there is none. */
  show(camera: CameraInfo | null): void;
  hide(): void;
}

interface ActionState {
  /** Only for what is on or off. */
  checked?: (services: Services) => boolean;
  enabled?: (services: Services) => boolean;
}

interface Action extends ActionState {
  run: (services: Services, key: string) => void;
}

interface Overlay {
  /** Pixels are CSS pixels of the stage. */
  paint(context: CanvasRenderingContext2D, view: OverlayView): void;
  /** Whether the event is taken: then it does not move the picture. Until it is up, so is the rest. */
  pointer?(event: PointerEvent, view: OverlayView): boolean;
  /** Whether it has anything to paint on a camera's picture; one without it always may. */
  active?(camera: number): boolean;
}

interface OverlayView {
  camera: CameraInfo;
  /** Of the stage, in CSS pixels. */
  width: number;
  height: number;
  pixelRatio: number;
  toStage(point: Point): Point;
  /** Sensor coordinates, whatever way the picture is turned. */
  toSensor(point: Point): Point;
  /** Where on the stage a pointer is. */
  at(event: MouseEvent): Point;
  /** Of the picture on the screen; null before the first. */
  frame: FrameHeader | null;
}

/** A line of camstrm/viewing/keys.json. */
interface KeyEntry {
  id: string;
  group: string;
  keys: string[];
  /** How the keys are shown where their names do not do. */
  shown?: string;
  only?: string;
}

/** What an arrangement of pictures goes by; sizes in CSS pixels. */
interface LayoutWish {
  width: number;
  height: number;
  /** Width by height of each picture as it is shown, 0: not known. */
  aspects: number[];
  gap: number;
  /** Height of the line on top of each picture. */
  line: number;
  mode?: string;
  /** Which one is the large one, -1: whichever makes most of the window. */
  large?: number;
}

interface Layout {
  cells: Rectangle[];
  /** Of all cells: more than the window's where they scroll. */
  height: number;
  kind: string;
  /** Position of the large one, -1: there is none. */
  main: number;
}

interface Arrangement {
  cells: Rectangle[];
  kind: string;
  main?: number;
  /** All rows are equally high and have equally many cells. */
  even: boolean;
}

type LargeArrangement = Arrangement & { main: number };

interface Room {
  gap: number;
  line: number;
  /** Least width of a cell. */
  least: number;
  /** Which parts of the window a large one may have, in fiftieths. */
  parts: number[];
}

/** Rows at the whole width, with widths of the cells and heights of the pictures. */
interface Tall {
  rows: number[][];
  widths: number[][];
  heights: number[];
}
