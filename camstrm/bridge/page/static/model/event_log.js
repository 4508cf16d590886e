/** What has happened, newest first: the server's events, and what this page saw of the server. */

/** As many as the server keeps. */
const MOST = 2000;
/** Which kinds are which filter's. @type {Record<string, string[]>} */
const KINDS = {
  faults: ["lost", "back", "restarted", "grabber lost", "grabber back", "server lost", "server back"],
  changes: ["changed", "executed", "kept", "lease", "reconfigured", "reconnect", "shared", "unshared"],
};

export class EventLog {
  /** The `after` of the next call. */
  last = 0;
  /** @type {LoggedEvent[]} newest first */
  #events = [];
  /** How often this page has noted something by itself: their ids count down from here. */
  #noted = 0;

  get events() {
    return this.#events;
  }

  /** @param {{events?: LoggedEvent[], last?: number}} answer gives whether there was something new */
  add({ events = [], last = this.last }) {
    // A server that was started again has forgotten what was; its ids go on growing.
    this.last = last;
    const known = new Set(this.#events.map(({ id }) => id));
    const added = events.filter(({ id }) => !known.has(id));
    this.#insert(added);
    return added.length > 0;
  }

  /** Something that this page saw by itself. @type {(kind: string, timeUs: number) => void} */
  note(kind, timeUs) {
    this.#noted += 1;
    this.#insert([{ id: -this.#noted, time_us: timeUs, kind }]);
  }

  /**
   * Those that fit: `filter` is "", "faults" or "changes"; `words` must all be in what a person reads.
   * @type {(filter: string, words: string, read: (event: LoggedEvent) => string) => LoggedEvent[]}
   */
  chosen(filter, words, read) {
    const kinds = KINDS[filter] ?? null;
    const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return this.#events.filter((event) => {
      if (kinds !== null && !kinds.includes(event.kind)) return false;
      const text = read(event).toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  }

  /** @param {LoggedEvent[]} added */
  #insert(added) {
    this.#events = [...this.#events, ...added]
      .sort((a, b) => b.time_us - a.time_us || b.id - a.id)
      .slice(0, MOST);
  }
}

/** @type {(kind: string) => boolean} something is worse than before */
export function isFault(kind) {
  return kind.endsWith("lost") || kind === "restarted";
}

/** @type {(kind: string) => boolean} something is well again */
export function isBack(kind) {
  return kind.endsWith("back");
}
