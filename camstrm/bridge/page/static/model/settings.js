/**
 * What this person has set on this computer: "camstrm.NAME" in the browser's storage, as JSON. A
 * value that cannot be read, or is of another kind than the fallback, is as if it were not there.
 */

const PREFIX = "camstrm.";

export class Settings {
  #storage;
  /** @type {Map<string, unknown>} what could not be stored lives as long as the page */
  #kept = new Map();
  /** @type {Map<string, Set<(value: unknown) => void>>} */
  #listeners = new Map();

  /** @param {Pick<Storage, "getItem" | "setItem"> | null} storage null: the browser has none */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @type {<T>(name: string, fallback: T) => T} */
  get(name, fallback) {
    const value = this.#kept.has(name) ? this.#kept.get(name) : this.#read(name);
    return sameKind(value, fallback) ? /** @type {any} */ (value) : fallback;
  }

  /** @type {(name: string, value: unknown) => void} */
  set(name, value) {
    this.#kept.set(name, value);
    try {
      this.#storage?.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // Full, or forbidden: it lives as long as the page.
    }
    for (const callback of this.#listeners.get(name) ?? []) callback(value);
  }

  /** @type {(name: string, callback: (value: any) => void) => void} called after each set */
  changed(name, callback) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(callback));
  }

  /** Another window of this browser has set it. @param {string | null} key of the storage */
  changedElsewhere(key) {
    if (key === null || !key.startsWith(PREFIX)) return;
    const name = key.slice(PREFIX.length);
    this.#kept.delete(name);
    const value = this.#read(name);
    for (const callback of this.#listeners.get(name) ?? []) callback(value);
  }

  /** @param {string} name */
  #read(name) {
    try {
      const text = this.#storage?.getItem(PREFIX + name) ?? null;
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }
}

/** @type {(value: unknown, fallback: unknown) => boolean} */
function sameKind(value, fallback) {
  if (value === undefined) return false;
  if (fallback === null) return true;
  if (value === null) return false;
  if (typeof fallback === "number") return Number.isFinite(value);
  return typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
}
