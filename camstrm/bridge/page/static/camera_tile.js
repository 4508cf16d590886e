/** One camera's tile: a line with its name and what is not normal, its picture, figures on demand. */

import { expectsPictures, isOld, stateClass, stateName, stateSince } from "./camera_state.js";
import { NONE, findParts, formatAge, formatRate, formatSize, setText } from "./figures.js";
import { PictureStage } from "./picture_stage.js";
import { OverlayCanvas } from "./shell/overlay_canvas.js";
import { writeTexts } from "./shell/language.js";
import { say } from "./texts.js";
import { CameraState } from "./wire.js";
import { ZoomGestures, applyKey, listenToMap } from "./zoom_gestures.js";

/** A sentence over the picture is shown for this time, once. */
const HINT_MS = 6000;

/** A picture that has been asked for for so long should be there. */
const GRACE_MS = 3000;
/** From so many pixels of the screen for one of the camera on, it is drawn as a square. */
const SHARP_SCALE = 2;

export class CameraTile {
  /** The tile; the page puts it where it belongs. */
  element;
  /** The camera's entry of the `hello`. */
  info;
  /** The place of its picture. */
  stage;
  /** What tools paint on it. */
  overlay;
  #parts;
  /** Whether any of the tile is near what the window shows of the page. */
  #onScreen = true;
  /** Whether the pointer is over it. */
  #hovered = false;
  /** @type {number} the newest that a bundle or a status message gave */
  #state = CameraState.OPENING;
  /** When it began, in microseconds of UTC; 0: not known. */
  #sinceUs = 0;
  /** @type {CameraStatus | null} */
  #status = null;
  /** Its picture is not of the present; as of the last refresh. */
  #stale = false;
  /** performance.now() since when it can be seen, null: it cannot, and gets no pictures. */
  #seenSinceMs = /** @type {number | null} */ (null);
  /** No pictures come although they are asked for; as of the last refresh. */
  #missing = false;
  /** Of its picture, in milliseconds; null: not known. As of the last refresh. */
  #ageMs = /** @type {number | null} */ (null);
  /** Size of the camera's own pictures, as text; empty before the first bundle. */
  #source = "";
  /** setTimeout that takes the hint away, 0: none. */
  #hiding = 0;

  /**
   * @param {CameraInfo} info
   * @param {HTMLTemplateElement} template the page's tile
   * @param {Overlay[]} overlays what tools paint
   * @param {() => void} changed called when another view may be wanted
   */
  constructor(info, template, overlays, changed) {
    this.info = info;
    const [tile] = template.content.children;
    this.element = /** @type {HTMLElement} */ (tile.cloneNode(true));
    this.element.dataset.camera = info.name;
    writeTexts(this.element);
    this.#parts = findParts(this.element);
    this.stage = new PictureStage(this.#parts, changed, () => this.overlay?.paintSoon());
    this.overlay = new OverlayCanvas(this.#parts, this.stage, overlays, info);
    const moved = () => this.stage.moved();
    ZoomGestures.listen(this.#parts.stage, this.stage.viewport, moved);
    listenToMap(this.#parts.map, this.stage.viewport, moved);
    this.element.addEventListener("pointerenter", () => (this.#hovered = true));
    this.element.addEventListener("pointerleave", () => (this.#hovered = false));
    setText(this.#parts.name, info.name);
    this.#parts.name.title = [info.vendor, info.model, info.serial].filter(Boolean).join(" ");
    this.#parts.canvas.setAttribute("aria-label", say("shell.picture_of", { name: info.name }));
    // Names are not unique in a page that has been given another camera's.
    this.#parts.name.id = `name-${info.index}`;
    this.#parts.condition.id = `condition-${info.index}`;
    this.element.setAttribute("aria-labelledby", this.#parts.name.id);
    this.element.setAttribute("aria-describedby", this.#parts.condition.id);
  }

  /** What the camera does, as far as this page knows. */
  get state() {
    return this.#state;
  }

  /** When that began, in microseconds of UTC; 0: not known. */
  get sinceUs() {
    return this.#sinceUs;
  }

  /** @returns {CameraStatus | null} the last one */
  get status() {
    return this.#status;
  }

  /** Why it is in its state, in the server's words; empty: nothing is known. */
  get reason() {
    return this.#status?.state === this.#state ? this.#status.reason : "";
  }

  /** Whether its picture is not of the present although pictures are to be expected. */
  get stuck() {
    return this.#stale && expectsPictures(this.#state);
  }

  /** Whether no pictures come although they were asked for long enough. */
  get missing() {
    return this.#missing;
  }

  /** Age of its picture in milliseconds; null: not known. */
  get ageMs() {
    return this.#ageMs;
  }

  /** The line on top, by which it is dragged. */
  get line() {
    return this.#parts.line;
  }

  /** @param {boolean} onScreen */
  set onScreen(onScreen) {
    this.#onScreen = onScreen;
  }

  /** Whether anything of it may be seen. */
  get visible() {
    return this.#onScreen && !this.element.hidden;
  }

  /** Whether a part of the picture is shown enlarged. */
  get zoomed() {
    return !this.stage.viewport.fits;
  }

  /** The view that is wanted of the camera, null: the usual whole picture does. */
  get wish() {
    return this.stage.wish;
  }

  /** Show the whole picture. */
  fit() {
    this.stage.viewport.fit();
    this.stage.moved();
  }

  /** @type {(act: string) => boolean} as applyKey; gives whether it did something */
  act(act) {
    const { clientWidth: width, clientHeight: height } = this.#parts.stage;
    const ratio = window.devicePixelRatio;
    const done = applyKey(this.stage.viewport, act, { width, height }, ratio);
    if (done) this.stage.moved();
    return done;
  }

  /** Show a sentence in the picture for a short time. @param {string} text */
  showHint(text) {
    setText(this.#parts.hint, text);
    this.#parts.hint.hidden = text === "";
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => {
      this.#parts.hint.hidden = true;
    }, HINT_MS);
  }

  /** Say who adjusts this camera. @param {string} text empty: nobody */
  showLease(text) {
    setText(this.#parts.lease, text);
    this.#parts.lease.title = text;
    this.#parts.lease.hidden = text === "";
  }

  /** @type {(frame: Frame, settled: () => void, part: boolean) => void} as PictureStage.offer */
  showFrame(frame, settled, part) {
    this.#setState(frame.state, Number(frame.state_since_us));
    if (frame.source_width > 0) this.#source = formatSize(frame.source_width, frame.source_height);
    if (frame.payload.byteLength > 0) this.stage.offer(frame, settled, part);
  }

  /** @param {CameraStatus} status */
  showStatus(status) {
    this.#status = status;
    this.#setState(status.state, status.since_us);
  }

  /** @param {Present} present */
  refresh(present) {
    const { nowMs, clientUs, clock, live, reduced, info } = present;
    this.stage.reducedTo(reduced);
    this.stage.refresh();
    const { shown, freeze } = this.stage;
    // A picture that stands still by a person's wish is not late: what comes meanwhile counts.
    const newest = freeze.frozen ? this.stage.newest : shown;
    const ageMs = newest && clock.ageMs(Number(newest.capture_time_us), clientUs);
    const seen = this.visible && !document.hidden;
    this.#seenSinceMs = seen ? (this.#seenSinceMs ?? nowMs) : null;
    const old = seen && shown !== null && isOld(this.#state, ageMs, this.#intervalMs());
    this.#stale = old || !expectsPictures(this.#state) || (shown !== null && !live);
    this.#ageMs = ageMs;
    this.#missing = this.stuck && seen && nowMs - Number(this.#seenSinceMs) > GRACE_MS;
    this.element.dataset.state = stateClass(this.#state);
    this.element.dataset.stale = String(this.#stale);
    this.#parts.stage.toggleAttribute("data-sharp", this.#enlarged(shown));
    this.#writeLine(reduced);
    this.#writeNotice();
    const figures = info || this.#hovered;
    this.#parts.figures.hidden = !figures;
    if (figures) this.#writeFigures(present);
  }

  remove() {
    clearTimeout(this.#hiding);
    this.overlay.remove();
    this.stage.remove();
    this.element.remove();
  }

  /** @type {(state: number, sinceUs: number) => void} */
  #setState(state, sinceUs) {
    this.#state = state;
    this.#sinceUs = sinceUs;
  }

  /** Usual time between two pictures here: no shorter than the camera's own. */
  #intervalMs() {
    return Math.max(this.stage.whole.intervalMs, (this.#status?.interval_us ?? 0) / 1000);
  }

  /** Whether each pixel of the camera is there and large enough to be seen as one. @param {FrameHeader | null} shown */
  #enlarged(shown) {
    const { viewport } = this.stage;
    if (shown === null || !viewport.known || shown.width < shown.source_width) return false;
    return viewport.scale * window.devicePixelRatio >= SHARP_SCALE;
  }

  /** The name stands alone while all is normal. @param {number} reduced */
  #writeLine(reduced) {
    const normal = this.#state === CameraState.STREAMING && !this.#stale;
    // "streaming" beside an old picture would be wrong, wherever the pictures got stuck.
    const stuck = this.stuck && this.#state === CameraState.STREAMING;
    const state = stuck ? say("states.no_new_picture") : stateName(this.#state);
    const age = this.#stale && this.#ageMs !== null ? formatAge(this.#ageMs) : "";
    setText(this.#parts.state, normal ? "" : state);
    setText(this.#parts.late, age);
    this.#parts.late.hidden = age === "";
    this.#parts.reduced.hidden = reduced === 0;
    if (reduced > 0) setText(this.#parts.reduced, say("states.reduced", { side: reduced }));
    const said = [stuck ? state : stateSince(this.#state, this.#sinceUs), this.reason];
    setText(this.#parts.condition, said.filter(Boolean).join(". "));
  }

  /** Say over the picture why it is old, or why there is none. */
  #writeNotice() {
    const { shown } = this.stage;
    let [headline, reason] = ["", ""];
    const old = say("states.picture_age", { age: formatAge(this.#ageMs) });
    if (!expectsPictures(this.#state)) {
      headline = stateSince(this.#state, this.#sinceUs);
      reason = this.reason;
      if (this.#ageMs !== null) reason = [reason, old].filter(Boolean).join(" · ");
    } else if (this.#stale) {
      headline = old;
    } else if (shown === null) {
      const waits = this.#state === CameraState.WAITING_FOR_TRIGGER;
      headline = waits ? stateName(this.#state) : say("states.waiting_for_a_picture");
    }
    setText(this.#parts.headline, headline);
    setText(this.#parts.reason, reason);
    const trouble = this.#trouble();
    setText(this.#parts.damage, trouble);
    this.#parts.notice.hidden = headline === "";
    this.#parts.damage.hidden = trouble === "";
  }

  /** What is wrong although pictures come: at the camera, and on the way to this page. */
  #trouble() {
    const { damaged, damage } = this.stage.trouble;
    const parts = [];
    if (expectsPictures(this.#state)) parts.push(this.reason);
    if (damaged > 0) parts.push(say("states.damaged", { count: damaged, last: damage }));
    return parts.filter(Boolean).join(" · ");
  }

  /** @param {Present} present */
  #writeFigures({ nowMs, live, skipped }) {
    const { shown, whole } = this.stage;
    const { vendor, model, serial } = this.info;
    setText(this.#parts.device, [vendor, model, serial].filter(Boolean).join(" ") || NONE);
    setText(this.#parts.shown, formatRate(whole.shownFps(nowMs)));
    setText(this.#parts.age, formatAge(this.#ageMs));
    setText(this.#parts.grab, live && this.#status ? formatRate(this.#status.grab_fps) : NONE);
    setText(this.#parts.drops, String(skipped + whole.replaced + whole.damaged));
    setText(this.#parts.size, this.#sizes(shown));
    setText(this.#parts.format, this.#pixelFormat(shown));
    const { replaced } = whole;
    setText(this.#parts.here, say("states.lost_here", { skipped, replaced }));
    if (this.#status !== null) {
      const { incomplete, gaps, underrun, reconnects } = this.#status;
      const values = { incomplete, gaps, underrun, reconnects };
      setText(this.#parts.there, say("states.lost_there", values));
    }
  }

  /** @param {FrameHeader | null} shown */
  #sizes(shown) {
    if (shown === null) return this.#source || NONE;
    return `${this.#source || NONE} → ${formatSize(shown.width, shown.height)}`;
  }

  /** @param {FrameHeader | null} shown knows only the PFNC code, the status the format's name */
  #pixelFormat(shown) {
    if (this.#status?.pixel_format) return this.#status.pixel_format;
    if (!shown?.pixel_format) return NONE;
    return `0x${shown.pixel_format.toString(16).toUpperCase().padStart(8, "0")}`;
  }
}
