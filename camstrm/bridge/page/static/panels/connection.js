/** What the connection does, and a switch for a slow one. */

import { NONE, formatRate, setText } from "../figures.js";
import { element } from "../shell/elements.js";
import { registerPanel } from "../shell/registry.js";
import { has, say } from "../texts.js";

const REFRESH_MS = 500;
const ROWS = ["server", "megabits", "bundles", "round_trip", "window", "decode", "skipped", "viewers", "me"];

class ConnectionPanel {
  id = "connection";
  element = element("div", { className: "connection" });
  #services;
  /** setInterval while it is shown, 0: none. */
  #timer = 0;
  /** @type {Record<string, HTMLElement>} */
  #values = {};
  #low = element("input", { type: "checkbox" });

  /** @param {Services} services */
  constructor(services) {
    this.#services = services;
    const rows = ROWS.map((name) => {
      this.#values[name] = element("dd", { textContent: NONE });
      return element("div", {}, element("dt", { textContent: say(`connection.${name}`) }), this.#values[name]);
    });
    this.#low.addEventListener("change", () => services.settings.set("low_bandwidth", this.#low.checked));
    const label = element("label", { className: "switch" }, this.#low, say("connection.low"));
    const why = element("p", { className: "note", textContent: say("connection.low_why") });
    this.element.append(element("dl", { className: "facts" }, ...rows), label, why);
  }

  show() {
    this.#low.checked = this.#services.settings.get("low_bandwidth", false);
    this.#write();
    if (this.#timer === 0) this.#timer = window.setInterval(() => this.#write(), REFRESH_MS);
  }

  hide() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  #write() {
    const { stream, tiles } = this.#services;
    const status = this.#services.status();
    const viewer = status?.viewer ?? null;
    const nowMs = performance.now();
    const decode = tiles.all.map(({ stage }) => stage.whole.decodeMs).filter((ms) => ms > 0);
    const trip = viewer?.round_trip_us ?? 0;
    /** @type {Record<string, string>} */
    const values = {
      server: stream.hello?.server ?? "",
      megabits: formatRate(stream.bitRate.perSecond(nowMs) / 1e6),
      bundles: say("connection.of_fps", {
        fps: formatRate(stream.bundleRate.perSecond(nowMs)),
        all: formatRate(stream.hello?.limits.stream_fps ?? 0),
      }),
      round_trip: trip > 0 ? `${(trip / 1000).toFixed(1)} ms` : "",
      window: viewer === null ? "" : say("connection.of_window", { under_way: viewer.in_flight, window: viewer.window || "–" }),
      decode: decode.length === 0 ? "" : `${formatRate(Math.max(...decode))} ms`,
      skipped: viewer === null ? "" : skippedText(viewer),
      viewers: status === null ? "" : String(status.viewers),
      me: viewer === null ? "" : [viewer.name, viewer.role].filter(Boolean).join(" · "),
    };
    for (const name of ROWS) setText(this.#values[name], values[name] || NONE);
  }
}

/** @param {ViewerStatus} viewer how many bundles it did not get, and why */
function skippedText({ skipped, skips, reason }) {
  const reasons = Object.entries(skips ?? {}).map(([why, count]) => `${reasonText(why)}: ${count}`);
  const why = reasons.length > 0 ? reasons.join(", ") : reasonText(reason);
  return skipped > 0 && why ? `${skipped} (${why})` : String(skipped);
}

/** @param {string} reason the server's word; what a later server says stays as it is */
function reasonText(reason) {
  const key = `connection.skip_${reason.replaceAll(" ", "_")}`;
  return has(key) ? say(key) : reason;
}

registerPanel("connection", (services) => new ConnectionPanel(services));
