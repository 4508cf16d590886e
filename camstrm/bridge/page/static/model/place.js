/** What the page's address asks for: one camera, a window of its own, a wall of pictures. */

/**
 * `camera`: shown alone, empty: all are. `popout`: the window is for this camera only. `kiosk`:
 * nothing can be changed. `cameras`: these only, null: all. `layout` and `language`: empty for
 * what the person has set.
 * @typedef {{camera: string, popout: boolean, kiosk: boolean, cameras: string[] | null,
 *   layout: string, language: string}} Place
 */

/** @param {string} hash of the URL @returns {Place} */
export function readPlace(hash) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const names = (asked.get("cameras") ?? "").split(",").filter((name) => name !== "");
  return {
    camera: asked.get("camera") ?? "",
    popout: asked.has("popout"),
    kiosk: asked.has("kiosk"),
    cameras: names.length > 0 ? names : null,
    layout: asked.get("layout") ?? "",
    language: asked.get("lang") ?? "",
  };
}

/** The same address with another camera alone, empty: all. @type {(hash: string, camera: string) => string} */
export function withCamera(hash, camera) {
  const others = hash.replace(/^#/, "").split("&").filter((part) => part !== "" && !/^camera=/.test(part));
  const parts = camera === "" ? others : [`camera=${encodeURIComponent(camera)}`, ...others];
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}
