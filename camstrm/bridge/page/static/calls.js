/** Calls to cameras: each is a promise that ends with the server's one reply to it. */

import { encodeCall } from "./messages.js";
import { say } from "./texts.js";

/** A call that failed: `message` and `remedy` are for the user, `code` for programs. */
export class CallError extends Error {
  /** @type {(problem: string, remedy: string, code: string) => CallError} */
  static of(problem, remedy, code) {
    return Object.assign(new CallError(problem), { remedy, code });
  }

  name = "CallError";
  remedy = "";
  code = "failed";
}

export class Calls {
  #send;
  /** @type {Limits | null} null without a connection */
  #limits = null;
  /** Another number for each call of this page, so that no reply is taken for another call's. */
  #lastId = 0;
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
  #open = new Map();

  /** @param {(text: string) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Limits} limits of the server that is connected now */
  connected(limits) {
    this.#limits = limits;
  }

  /** Their replies will not come: the connection is gone. */
  disconnected() {
    this.#limits = null;
    const lost = [...this.#open.values()];
    this.#open.clear();
    const error = () =>
      CallError.of(say("connection.call_lost"), say("connection.call_lost_remedy"), "gone");
    for (const { reject } of lost) reject(error());
  }

  /** How many wait for their reply. */
  get open() {
    return this.#open.size;
  }

  /**
   * Ask a camera for something; `operation`, `args` and the result are those of FORMAT.md,
   * section 5. Rejects with a CallError.
   * @type {(camera: number, operation: string, args?: object) => Promise<any>}
   */
  ask(camera, operation, args = {}) {
    const problem = this.#problem();
    if (problem !== null) return Promise.reject(problem);
    const id = this.#lastId + 1;
    const text = encodeCall({ id, camera, operation, args });
    const size = new TextEncoder().encode(text).length;
    const most = this.#limits?.max_message_size ?? 0;
    if (size > most) {
      const sentence = say("connection.call_large", { size, most });
      return Promise.reject(CallError.of(sentence, say("connection.call_large_remedy"), "wrong"));
    }
    this.#lastId = id;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#send(text);
    });
  }

  /** @param {ReplyBody} reply one to a call that is over is ignored */
  replied({ id, ok, result, problem, remedy, code }) {
    const call = this.#open.get(id);
    if (call === undefined) return;
    this.#open.delete(id);
    if (ok) call.resolve(result);
    else call.reject(CallError.of(problem || say("connection.call_failed"), remedy, code || "failed"));
  }

  #problem() {
    if (this.#limits === null) {
      const problem = say("connection.call_no_server");
      return CallError.of(problem, say("connection.call_no_server_remedy"), "gone");
    }
    const { max_calls: most } = this.#limits;
    if (most === 0) {
      return CallError.of(say("connection.call_none"), say("connection.call_none_remedy"), "unknown");
    }
    if (this.#open.size < most) return null;
    return CallError.of(say("connection.call_many", { most }), say("connection.call_many_remedy"), "busy");
  }
}
