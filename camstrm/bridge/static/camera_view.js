/** One camera's tile: picture, name, state and figures. */

import { expectsPictures, stateClass, stateName, stateSince } from "./camera_state.js";
import { NONE, formatAge, formatRate, formatSize, setText } from "./figures.js";
import { PictureCanvas } from "./picture_canvas.js";
import { CameraState } from "./wire.js";

/** A picture older than this does not look alive any more. */
const STALE_MS = 1000;

export class CameraView {
  /** The tile; the page puts it where it belongs. */
  element;
  info;
  #parts = {};
  #picture;
  #state = CameraState.OPENING;
  #sinceUs = 0;
  #status = null;
  #source = "";

  /** `info`: the camera's entry of the `hello`; `template`: the page's tile. */
  constructor(info, template) {
    this.info = info;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.camera = info.name;
    for (const part of this.element.querySelectorAll("[data-part]")) {
      this.#parts[part.dataset.part] = part;
    }
    this.#picture = new PictureCanvas(this.#parts.canvas);
    setText(this.#parts.name, info.name);
    this.#parts.name.title = [info.vendor, info.model, info.serial].filter(Boolean).join(" ");
  }

  /** Take the camera's part of a bundle; `settled`: see PictureCanvas.offer. */
  showFrame(frame, settled) {
    this.#setState(frame.state, Number(frame.state_since_us));
    if (frame.source_width > 0) this.#source = formatSize(frame.source_width, frame.source_height);
    if (frame.payload.byteLength > 0) this.#picture.offer(frame, settled);
  }

  /** Take the camera's part of a status message. */
  showStatus(status) {
    this.#status = status;
    this.#setState(status.state, status.since_us);
  }

  /**
   * Write all figures. `live`: the server speaks and has frame input; `skipped`: bundles
   * that it did not send to this viewer.
   */
  refresh({ nowMs, clientUs, clock, live, skipped }) {
    const { shown } = this.#picture;
    const ageMs = shown && clock.ageMs(Number(shown.capture_time_us), clientUs);
    const old = shown !== null && (ageMs === null || ageMs > STALE_MS);
    const stale = old || !expectsPictures(this.#state);
    // "streaming" beside an old picture would be a lie, wherever the pictures got stuck.
    const stuck = stale && this.#state === CameraState.STREAMING;
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

  #setState(state, sinceUs) {
    this.#state = state;
    this.#sinceUs = sinceUs;
  }

  /** Say over the picture why it is old, or why there is none. */
  #writeNotice(stale, ageMs) {
    const { shown } = this.#picture;
    let [headline, reason] = ["", ""];
    if (!expectsPictures(this.#state)) {
      headline = stateSince(this.#state, this.#sinceUs);
      if (this.#status?.state === this.#state) reason = this.#status.reason;
    } else if (stale) {
      headline = `picture is ${formatAge(ageMs)} old`;
    } else if (shown === null) {
      headline = "waiting for a picture";
    }
    if (ageMs !== null && headline !== "" && !expectsPictures(this.#state)) {
      reason = [reason, `picture is ${formatAge(ageMs)} old`].filter(Boolean).join(" · ");
    }
    setText(this.#parts.headline, headline);
    setText(this.#parts.reason, reason);
    setText(this.#parts.damage, this.#damage());
    this.#parts.notice.hidden = headline === "";
    this.#parts.damage.hidden = this.#picture.damaged === 0;
  }

  #damage() {
    const { damaged, damage } = this.#picture;
    if (damaged === 0) return "";
    return `${damaged} damaged ${damaged === 1 ? "picture" : "pictures"}, last: ${damage}`;
  }

  #sizes(shown) {
    if (shown === null) return this.#source || NONE;
    return `${this.#source || NONE} → ${formatSize(shown.width, shown.height)}`;
  }

  /** The status knows the format's name, a bundle only its PFNC code. */
  #pixelFormat(shown) {
    if (this.#status?.pixel_format) return this.#status.pixel_format;
    if (!shown?.pixel_format) return NONE;
    return `0x${shown.pixel_format.toString(16).toUpperCase().padStart(8, "0")}`;
  }

  /** Where pictures were lost: on the way to this page, and at the camera. */
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
