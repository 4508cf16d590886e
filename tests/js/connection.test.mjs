import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Connection,
  PATIENT_MS,
  STEADY_MS,
  backoffMs,
  serverUrl,
} from "../../camstrm/bridge/page/static/connection.js";
import { speak } from "./speak.mjs";
import { vectors } from "./viewing.mjs";

speak();

/** A browser whose clock, timers, sockets and answers the test holds in its hands. */
function scriptedBrowser({ challenge = {}, status = null, random = () => 1 } = {}) {
  const sockets = [];
  const system = {
    nowMs: 0,
    sockets,
    timers: [],
    asked: [],
    performance: { now: () => system.nowMs },
    Math: { random },
    AbortSignal: { timeout: () => null },
    setInterval: (check) => {
      system.check = check;
    },
    setTimeout: (act, ms) => system.timers.push({ act, ms, cleared: false }),
    clearTimeout: (id) => {
      if (id > 0) system.timers[id - 1].cleared = true;
    },
    fetch: async (url) => {
      system.asked.push(String(url));
      if (status === null) throw new TypeError("Failed to fetch");
      return { ok: status === 200, status, statusText: "", headers: new Headers({ ...challenge }) };
    },
    WebSocket: class {
      sent = [];
      closed = false;
      readyState = 1;
      constructor(url) {
        this.url = String(url);
        sockets.push(this);
      }
      send(text) {
        this.sent.push(text);
      }
      close() {
        this.closed = true;
      }
    },
  };
  return system;
}

function started(system, handlers = {}) {
  const heard = [];
  const connection = new Connection(
    { href: "http://host:8765/#camera=left" },
    {
      opened: () => heard.push("opened"),
      closed: () => heard.push("closed"),
      text: (text) => heard.push(text),
      binary: (bytes) => heard.push(bytes),
      ...handlers,
    },
    system,
  );
  connection.start();
  return { connection, heard };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the socket is beside the page; a token of the page's URL goes along", () => {
  const url = (href) => String(serverUrl("ws", { href }));
  assert.equal(url("https://host/"), "https://host/ws");
  assert.equal(url("http://host/cams/?token=a%2Bb&x=1#c"), "http://host/cams/ws?token=a%2Bb");
});

test("ws for http, wss for https, no fragment", () => {
  const system = scriptedBrowser();
  started(system);
  assert.equal(system.sockets[0].url, "ws://host:8765/ws");
  new Connection({ href: "https://host/" }, {}, system).start();
  assert.equal(system.sockets[1].url, "wss://host/ws");
});

test("the back-off is that of all viewers", () => {
  const table = vectors("reconnect");
  const pauses = table.pauses_ms.map((_, attempt) => [0, 1].map((by) => backoffMs(attempt, () => by)));
  assert.deepEqual(pauses, table.pauses_ms);
  assert.deepEqual([STEADY_MS, PATIENT_MS], [table.good_after_ms, table.patient_ms]);
});

test("messages go to the handlers, text goes out only while open", () => {
  const system = scriptedBrowser();
  const { connection, heard } = started(system);
  const [socket] = system.sockets;
  connection.send("too early");
  socket.onopen();
  connection.send("ack");
  socket.readyState = 2;
  connection.send("while the connection closes");
  socket.readyState = 1;
  socket.onmessage({ data: "hello" });
  socket.onmessage({ data: Uint8Array.of(1, 2).buffer });
  assert.deepEqual(socket.sent, ["ack"]);
  assert.deepEqual(heard, ["opened", "hello", Uint8Array.of(1, 2)]);
});

test("after a loss one new socket is made, and the old one is not listened to", () => {
  const system = scriptedBrowser();
  const { connection, heard } = started(system);
  const [old] = system.sockets;
  old.onopen();
  old.onclose({ reason: "" });
  assert.equal(connection.phase, "waiting");
  assert.equal(connection.retryAtMs, 250);
  old.onclose({ reason: "again" });
  old.onmessage({ data: "late" });
  assert.equal(system.timers.length, 1);
  system.timers[0].act();
  assert.equal(system.sockets.length, 2);
  assert.deepEqual(heard, ["opened", "closed"]);
});

test("the back-off grows with failures and is small again after a steady connection", () => {
  const system = scriptedBrowser();
  const { connection } = started(system);
  const fail = () => {
    system.sockets.at(-1).onclose({ reason: "" });
    const { act, ms } = system.timers.at(-1);
    act();
    return ms;
  };
  assert.deepEqual([fail(), fail(), fail()], [250, 500, 1000]);
  system.sockets.at(-1).onopen();
  assert.equal(fail(), 1500, "an open that did not last is no success");
  system.sockets.at(-1).onopen();
  system.nowMs += 4000;
  assert.equal(fail(), 250);
  assert.equal(connection.phase, "connecting");
});

test("a message that cannot be read ends the connection and says why", () => {
  const system = scriptedBrowser();
  const { connection } = started(system, {
    binary: () => {
      throw new Error("FrameBundleHeader: magic");
    },
  });
  system.sockets[0].onopen();
  system.sockets[0].onmessage({ data: new ArrayBuffer(4) });
  assert.equal(system.sockets[0].closed, true);
  assert.match(connection.problem, /wrong message.*FrameBundleHeader: magic/);
  assert.equal(system.timers.length, 1);
});

test("a silent server is left", () => {
  const system = scriptedBrowser();
  const { connection } = started(system);
  system.sockets[0].onopen();
  system.nowMs = 5000;
  system.sockets[0].onmessage({ data: "status" });
  system.nowMs = 10_000;
  system.check();
  assert.equal(connection.phase, "open");
  system.nowMs = 11_500;
  system.check();
  assert.equal(connection.phase, "waiting");
  assert.match(connection.problem, /silent for 7 s/);
  system.check();
  assert.equal(system.timers.length, 1);
});

test("a socket that never opens is given up", () => {
  const system = scriptedBrowser();
  const { connection } = started(system);
  system.nowMs = 7000;
  system.check();
  assert.equal(connection.phase, "waiting");
  assert.equal(system.sockets[0].closed, true);
});

const OVER = 'Bearer realm="camstrm", error="invalid_token"';

for (const [status, challenge, wanted] of [
  [401, { "WWW-Authenticate": 'Bearer realm="camstrm"' }, "token needed: open the URL that camstrm printed"],
  [401, { "WWW-Authenticate": OVER }, "token needed: this one is no longer valid; open the URL with a new one"],
  [401, {}, "token needed: open the URL that camstrm printed"],
  [403, {}, "server refuses (403 )"],
  [200, {}, ""],
  [null, {}, ""],
]) {
  const given = Object.values(challenge).join();
  test(`a refused socket: the server's answer to a plain request is ${status} ${given}`, async () => {
    const system = scriptedBrowser({ status, challenge });
    const { connection } = started(system);
    system.sockets[0].onclose({ reason: "" });
    await turn();
    assert.deepEqual(system.asked, ["http://host:8765/api/status"]);
    assert.equal(connection.problem, wanted);
    const waits = system.timers.filter(({ cleared }) => !cleared).map(({ ms }) => ms);
    assert.deepEqual(waits, [wanted === "" ? 250 : PATIENT_MS], "it hammers no server");
  });
}

test("a server that refuses again keeps its reason on the screen", async () => {
  const system = scriptedBrowser({ status: 401 });
  const { connection } = started(system);
  system.sockets[0].onclose({ reason: "" });
  await turn();
  system.timers[0].act();
  system.sockets[1].onclose({ reason: "" });
  assert.match(connection.problem, /token needed/);
});

test("a connection that was open is not asked about", async () => {
  const system = scriptedBrowser({ status: 401 });
  const { connection } = started(system);
  system.sockets[0].onopen();
  system.sockets[0].onclose({ reason: "server stops" });
  await turn();
  assert.deepEqual(system.asked, []);
  assert.equal(connection.problem, "server stops");
});
