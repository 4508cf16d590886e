/** What panels, actions and tools may use of the page. */

import { serverUrl } from "../connection.js";

/**
 * @param {{stream: Stream, tiles: Tiles, settings: Settings, announcer: Announcer, live: () => boolean}} parts
 * @returns {Services}
 */
export function makeServices({ stream, tiles, settings, announcer, live }) {
  const tile = (/** @type {number} */ index) => tiles.tile(index);
  return {
    settings,
    call: (camera, operation, args) => stream.calls.ask(camera, operation, args),
    cameras: {
      all: () => tiles.all.map(({ info }) => info),
      chosen: () => tiles.chosen?.info ?? null,
      choose: (index) => tiles.choose(index),
      onChoose: (callback) => tiles.onChoose(callback),
      status: (index) => tile(index)?.status ?? null,
    },
    picture: (index) => {
      const found = tile(index);
      if (found === undefined) throw new Error(`there is no camera ${index}`);
      return found.stage;
    },
    status: () => (stream.connection.phase === "open" ? stream.status : null),
    me: () => {
      const { name, role, id } = stream.rights;
      return { name, role, id };
    },
    lease: (index) => stream.rights.leaseOf(index),
    live,
    serverTimeUs: () => stream.clock.serverUs(),
    announce: (text, urgent) => announcer.announce(text, urgent),
    hint: (index, text) => tile(index)?.showHint(text),
    url: (path) => serverUrl(path, window.location).href,
    requestOverlayPaint: (index) => tile(index)?.overlay.paintSoon(),
    stream,
    tiles,
    // The shell puts its own here.
    sheet: { shown: "", show: () => {}, toggle: () => {}, closeFocused: () => false },
    showKeys: () => {},
    showAbout: () => {},
    onLink: () => {},
    layouts: { save: () => {}, use: () => false, remove: () => {} },
  };
}
