/** One camera's tile: picture, name, state and figures. */

import { expectsPictures, isOld, stateClass, stateName, stateSince } from "./camera_state.js";
import { NONE, findParts, formatAge, formatRate, formatSize, setText } from "./figures.js";
import { PictureStage } from "./picture_stage.js";
import { CameraState } from "./wire.js";
import { ZoomGestures, applyKey } from "./zoom_gestures.js";

/** A refusal is shown for this time, once. */
const HINT_MS = 6000;

export class CameraTile {
  /** The tile; the page puts it where it belongs. */
  element;
  /** The camera's entry of the `hello`. */
  info;
  #parts;
  #stage;
  /** Whether any of the tile is near what the window shows of the page. */
  #onScreen = true;
  /** @type {number} the newest that a bundle or a status message gave */
  #state = CameraState.OPENING;
  /** When it began, in microseconds of UTC; 0: not known. */
  #sinceUs = 0;
  /** @type {CameraStatus | null} */
  #status = null;
  /** Size of the camera's own pictures, as text; empty before the first bundle. */
  #source = "";
  /** setTimeout that takes the hint away, 0: none. */
  #hiding = 0;

  /**
   * @param {CameraInfo} info
   * @param {HTMLTemplateElement} template the page's tile
   * @param {() => void} changed called when another view may be wanted
   */
  constructor(info, template, changed) {
    this.info = info;
    const [tile] = template.content.children;
    this.element = /** @type {HTMLElement} */ (tile.cloneNode(true));
    this.element.dataset.camera = info.name;
    this.#parts = findParts(this.element);
    this.#stage = new PictureStage(this.#parts, changed);
    ZoomGestures.listen(this.#parts.stage, this.#stage.viewport, () => this.#stage.moved());
    setText(this.#parts.name, info.name);
    this.#parts.name.title = [info.vendor, info.model, info.serial].filter(Boolean).join(" ");
  }

  /** What the camera does, as far as this page knows. */
  get state() {
    return this.#state;
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
    return !this.#stage.viewport.fits;
  }

  /** The view that is wanted of the camera, null: the usual whole picture does. */
  get wish() {
    return this.#stage.wish;
  }

  /** Show the whole picture. */
  fit() {
    this.#stage.viewport.fit();
    this.#stage.moved();
  }

  /** @param {string} key gives whether it did something */
  keyPressed(key) {
    const { clientWidth: width, clientHeight: height } = this.#parts.stage;
    const ratio = window.devicePixelRatio;
    const done = applyKey(this.#stage.viewport, key, { width, height }, ratio);
    if (done) this.#stage.moved();
    return done;
  }

  /** Show a sentence in the picture for a short time. @param {string} text */
  showHint(text) {
    setText(this.#parts.hint, text);
    this.#parts.hint.hidden = false;
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
    if (frame.payload.byteLength > 0) this.#stage.offer(frame, settled, part);
  }

  /** @param {CameraStatus} status */
  showStatus(status) {
    this.#status = status;
    this.#setState(status.state, status.since_us);
  }

  /** @param {Present} present */
  refresh({ nowMs, clientUs, clock, live, skipped, reduced }) {
    this.#stage.reducedTo(reduced);
    this.#stage.refresh();
    const { shown, whole } = this.#stage;
    const ageMs = shown && clock.ageMs(Number(shown.capture_time_us), clientUs);
    const old = shown !== null && isOld(this.#state, ageMs, this.#intervalMs());
    const stale = old || !expectsPictures(this.#state) || (shown !== null && !live);
    // "streaming" beside an old picture would be wrong, wherever the pictures got stuck.
    const stuck = stale && expectsPictures(this.#state);
    const state = stuck ? "no new picture" : stateName(this.#state);
    this.element.dataset.state = stateClass(this.#state);
    this.element.dataset.stale = String(stale);
    this.element.setAttribute("aria-label", `Camera ${this.info.name}, ${state}`);
    setText(this.#parts.state, state);
    setText(this.#parts.shown, formatRate(whole.shownFps(nowMs)));
    setText(this.#parts.age, formatAge(ageMs));
    setText(this.#parts.grab, live && this.#status ? formatRate(this.#status.grab_fps) : NONE);
    setText(this.#parts.drops, String(skipped + whole.replaced + whole.damaged));
    setText(this.#parts.size, this.#sizes(shown));
    setText(this.#parts.format, this.#pixelFormat(shown));
    this.#writeDetail(skipped);
    this.#writeNotice(stale, ageMs);
  }

  remove() {
    clearTimeout(this.#hiding);
    this.#stage.remove();
    this.element.remove();
  }

  /** @type {(state: number, sinceUs: number) => void} */
  #setState(state, sinceUs) {
    this.#state = state;
    this.#sinceUs = sinceUs;
  }

  /** Usual time between two pictures here: no shorter than the camera's own. */
  #intervalMs() {
    return Math.max(this.#stage.whole.intervalMs, (this.#status?.interval_us ?? 0) / 1000);
  }

  /**
   * Say over the picture why it is old, or why there is none.
   * @type {(stale: boolean, ageMs: number | null) => void}
   */
  #writeNotice(stale, ageMs) {
    const { shown } = this.#stage;
    let [headline, reason] = ["", ""];
    if (!expectsPictures(this.#state)) {
      headline = stateSince(this.#state, this.#sinceUs);
      if (this.#status?.state === this.#state) reason = this.#status.reason;
    } else if (stale) {
      headline = `picture is ${formatAge(ageMs)} old`;
    } else if (shown === null) {
      const waits = this.#state === CameraState.WAITING_FOR_TRIGGER;
      headline = waits ? stateName(this.#state) : "waiting for a picture";
    }
    if (ageMs !== null && headline !== "" && !expectsPictures(this.#state)) {
      reason = [reason, `picture is ${formatAge(ageMs)} old`].filter(Boolean).join(" · ");
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
    const { damaged, damage } = this.#stage.trouble;
    const parts = [];
    if (expectsPictures(this.#state) && this.#status?.state === this.#state) {
      parts.push(this.#status.reason);
    }
    if (damaged > 0) {
      parts.push(`${damaged} damaged ${damaged === 1 ? "picture" : "pictures"}, last: ${damage}`);
    }
    return parts.filter(Boolean).join(" · ");
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

  /** @param {number} skipped lost on the way to this page; the status says what the camera lost */
  #writeDetail(skipped) {
    setText(this.#parts.here, `viewer: ${skipped} skipped, ${this.#stage.whole.replaced} replaced`);
    if (this.#status !== null) {
      const { incomplete, gaps, underrun, reconnects } = this.#status;
      const lost = `${incomplete} incomplete, ${gaps} gaps, ${underrun} underrun`;
      setText(this.#parts.there, `camera: ${lost}, ${reconnects} reconnects`);
    }
    this.element.title = `${this.#parts.here.textContent}\n${this.#parts.there.textContent}`;
  }
}
