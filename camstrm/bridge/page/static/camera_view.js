/** One camera's tile: picture, name, state and figures. */

import { expectsPictures, isOld, stateClass, stateName, stateSince } from "./camera_state.js";
import { NONE, findParts, formatAge, formatRate, formatSize, setText } from "./figures.js";
import { PictureCanvas } from "./picture_canvas.js";
import { CameraState } from "./wire.js";

export class CameraView {
  /** The tile; the page puts it where it belongs. */
  element;
  /** The camera's entry of the `hello`. */
  info;
  #parts;
  #picture;
  /** @type {number} the newest that a bundle or a status message gave */
  #state = CameraState.OPENING;
  /** When it began, in microseconds of UTC; 0: not known. */
  #sinceUs = 0;
  /** @type {CameraStatus | null} */
  #status = null;
  /** Size of the camera's own pictures, as text; empty before the first bundle. */
  #source = "";

  /** @param {CameraInfo} info @param {HTMLTemplateElement} template the page's tile */
  constructor(info, template) {
    this.info = info;
    const [tile] = template.content.children;
    this.element = /** @type {HTMLElement} */ (tile.cloneNode(true));
    this.element.dataset.camera = info.name;
    this.#parts = findParts(this.element);
    this.#picture = new PictureCanvas(/** @type {HTMLCanvasElement} */ (this.#parts.canvas));
    setText(this.#parts.name, info.name);
    this.#parts.name.title = [info.vendor, info.model, info.serial].filter(Boolean).join(" ");
  }

  /** What the camera does, as far as this page knows. */
  get state() {
    return this.#state;
  }

  /** @type {(frame: Frame, settled: () => void) => void} as PictureCanvas.offer */
  showFrame(frame, settled) {
    this.#setState(frame.state, Number(frame.state_since_us));
    if (frame.source_width > 0) this.#source = formatSize(frame.source_width, frame.source_height);
    if (frame.payload.byteLength > 0) this.#picture.offer(frame, settled);
  }

  /** @param {CameraStatus} status */
  showStatus(status) {
    this.#status = status;
    this.#setState(status.state, status.since_us);
  }

  /** @param {Present} present */
  refresh({ nowMs, clientUs, clock, live, skipped }) {
    const { shown } = this.#picture;
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
    setText(this.#parts.shown, formatRate(this.#picture.shownFps(nowMs)));
    setText(this.#parts.age, formatAge(ageMs));
    setText(this.#parts.grab, live && this.#status ? formatRate(this.#status.grab_fps) : NONE);
    setText(this.#parts.drops, String(skipped + this.#picture.replaced + this.#picture.damaged));
    setText(this.#parts.size, this.#sizes(shown));
    setText(this.#parts.format, this.#pixelFormat(shown));
    this.#writeDetail(skipped);
    this.#writeNotice(stale, ageMs);
  }

  remove() {
    this.#picture.remove();
    this.element.remove();
  }

  /** @type {(state: number, sinceUs: number) => void} */
  #setState(state, sinceUs) {
    this.#state = state;
    this.#sinceUs = sinceUs;
  }

  /** Usual time between two pictures here: no shorter than the camera's own. */
  #intervalMs() {
    return Math.max(this.#picture.intervalMs, (this.#status?.interval_us ?? 0) / 1000);
  }

  /**
   * Say over the picture why it is old, or why there is none.
   * @type {(stale: boolean, ageMs: number | null) => void}
   */
  #writeNotice(stale, ageMs) {
    const { shown } = this.#picture;
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
    const { damaged, damage } = this.#picture;
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
    setText(this.#parts.here, `viewer: ${skipped} skipped, ${this.#picture.replaced} replaced`);
    if (this.#status !== null) {
      const { incomplete, gaps, underrun, reconnects } = this.#status;
      const lost = `${incomplete} incomplete, ${gaps} gaps, ${underrun} underrun`;
      setText(this.#parts.there, `camera: ${lost}, ${reconnects} reconnects`);
    }
    this.element.title = `${this.#parts.here.textContent}\n${this.#parts.there.textContent}`;
  }
}
