/** The one camera that is shown big, kept in the page's URL as #camera=name. */

export class Selection {
  #window;

  /**
   * @param {Pick<Window, "location" | "history" | "addEventListener">} window
   * @param {() => void} changed called when the user goes back or edits the URL
   */
  constructor(window, changed) {
    this.#window = window;
    window.addEventListener("hashchange", changed);
  }

  /** Of the camera, null: all cameras. */
  get name() {
    return new URLSearchParams(this.#window.location.hash.slice(1)).get("camera");
  }

  /** @param {string | null} name of the camera to show alone; null, or alone already: all */
  toggle(name) {
    const all = name === null || name === this.name;
    const hash = all ? "" : `#camera=${encodeURIComponent(name)}`;
    const { pathname, search } = this.#window.location;
    this.#window.history.replaceState(null, "", pathname + search + hash);
  }
}
