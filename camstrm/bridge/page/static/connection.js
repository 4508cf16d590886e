/**
 * The one WebSocket of the page: opens it, watches it, opens it again. There is never a
 * second one: a new socket is made only after the old one is let go.
 */

import { say } from "./texts.js";

// The table of all viewers (tests/vectors/viewing/reconnect.json; camstrm/client/reconnect.py).
const BACKOFF_FIRST_MS = 250;
/** With the connection itself, a page is back within 2 s after the server listens again. */
const BACKOFF_MAX_MS = 1500;
/** After a refusal with a reason, which does not end by itself. */
export const PATIENT_MS = 5000;
/** A connection that has lived so long was a success: the next back-off starts small. */
export const STEADY_MS = 3000;
/** The server speaks once a second; after this time without a word it is gone. */
const SILENCE_MS = 6000;
const CHECK_MS = 1000;
/** WebSocket.OPEN. */
const OPEN = 1;

/** @param {number} attempt from 0; the wait doubles, jittered so that viewers spread */
export function backoffMs(attempt, random = Math.random) {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return Math.max(BACKOFF_FIRST_MS, ceiling * (0.5 + 0.5 * random()));
}

/**
 * URLs beside the page: the cookie carries the token, a token in the page's URL goes along.
 * @type {(path: string, location: {href: string}) => URL}
 */
export function serverUrl(path, location) {
  const url = new URL(path, location.href);
  const token = new URL(location.href).searchParams.get("token");
  if (token !== null) url.searchParams.set("token", token);
  return url;
}

export class Connection {
  /** @type {"connecting" | "open" | "waiting"} waiting for the next attempt */
  phase = "waiting";
  /** Why the last connection ended, as far as it is known; for the user to read. */
  problem = "";
  /** performance.now() of the next attempt while waiting. */
  retryAtMs = 0;
  #location;
  #handlers;
  #system;
  /** @type {WebSocket | null} the present one; null while waiting */
  #socket = null;
  /** Losses since the last connection that was a success. */
  #attempt = 0;
  /** performance.now() when the present connection was opened. */
  #openedAtMs = 0;
  /** performance.now() of the last message, or of the attempt. */
  #heardAtMs = 0;
  /** setTimeout of the next attempt. */
  #retry = 0;

  /**
   * @param {{href: string}} location of the page
   * @param {Handlers} handlers
   * @param {typeof globalThis} system replaces the browser in tests
   */
  constructor(location, handlers, system = globalThis) {
    this.#location = location;
    this.#handlers = handlers;
    this.#system = system;
  }

  /** Connect now, and again after every loss. */
  start() {
    this.#connect();
    this.#system.setInterval(() => this.#check(), CHECK_MS);
  }

  /** @param {string} text is dropped when there is no connection */
  send(text) {
    // The browser knows of a closing connection before its close event comes.
    if (this.phase === "open" && this.#socket?.readyState === OPEN) this.#socket.send(text);
  }

  #connect() {
    const url = serverUrl("ws", this.#location);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    const socket = new this.#system.WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.phase = "connecting";
    this.#heardAtMs = this.#system.performance.now();
    // A socket that was let go may still fire: only the present one is listened to.
    const isPresent = () => socket === this.#socket;
    socket.onopen = () => isPresent() && this.#opened();
    socket.onmessage = (event) => isPresent() && this.#received(event.data);
    socket.onclose = (event) => isPresent() && this.#lost(event.reason);
  }

  #opened() {
    this.phase = "open";
    this.#openedAtMs = this.#heardAtMs = this.#system.performance.now();
    this.#handlers.opened();
  }

  /** @param {string | ArrayBuffer} data */
  #received(data) {
    this.#heardAtMs = this.#system.performance.now();
    try {
      if (typeof data === "string") this.#handlers.text(data);
      else this.#handlers.binary(new Uint8Array(data));
    } catch (error) {
      // Whatever it is, this connection's data cannot be shown; the next may do better.
      const { message } = /** @type {Error} */ (error);
      this.#lost(say("connection.wrong_message", { problem: message }));
    }
  }

  #check() {
    const silentMs = this.#system.performance.now() - this.#heardAtMs;
    if (this.phase !== "waiting" && silentMs > SILENCE_MS) {
      this.#lost(say("connection.silent", { seconds: Math.round(silentMs / 1000) }));
    }
  }

  /** @param {string} problem empty: nothing is known */
  #lost(problem) {
    const nowMs = this.#system.performance.now();
    const socket = this.#socket;
    const wasOpen = this.phase === "open";
    if (wasOpen && nowMs - this.#openedAtMs > STEADY_MS) this.#attempt = 0;
    const delayMs = backoffMs(this.#attempt, this.#system.Math.random);
    this.#attempt += 1;
    this.#socket = null;
    this.phase = "waiting";
    this.#handlers.closed();
    // A server that refuses again keeps its reason until #askWhy knows better.
    if (wasOpen || problem !== "") this.problem = problem;
    this.#connectIn(delayMs);
    socket?.close();
    if (!wasOpen) this.#askWhy();
  }

  /** @param {number} delayMs */
  #connectIn(delayMs) {
    this.#system.clearTimeout(this.#retry);
    this.retryAtMs = this.#system.performance.now() + delayMs;
    this.#retry = this.#system.setTimeout(() => this.#connect(), delayMs);
  }

  /** A page cannot see why a WebSocket was refused; a plain request to the server can. */
  async #askWhy() {
    const attempt = this.#attempt;
    const problem = await this.#refusal();
    if (attempt !== this.#attempt || this.phase === "open") return;
    this.problem = problem;
    if (problem !== "" && this.phase === "waiting") this.#connectIn(PATIENT_MS);
  }

  async #refusal() {
    try {
      const { ok, status, statusText, headers } = await this.#system.fetch(
        serverUrl("api/status", this.#location),
        { cache: "no-store", signal: this.#system.AbortSignal.timeout(SILENCE_MS) },
      );
      if (status === 401) {
        const given = headers.get("WWW-Authenticate")?.includes("invalid_token");
        return say(given ? "connection.token_over" : "connection.token_needed");
      }
      return ok ? "" : say("connection.refused", { status: `${status} ${statusText}` });
    } catch {
      return ""; // no answer at all: the server is not there, which the header says
    }
  }
}
