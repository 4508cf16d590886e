import assert from "node:assert/strict";
import { test } from "node:test";

import { CallError, Calls } from "../../camstrm/bridge/page/static/calls.js";
import { speak } from "./speak.mjs";
import { Rights } from "../../camstrm/bridge/page/static/rights.js";

const LIMITS = { window: 2, max_message_size: 200, stream_fps: 30, max_calls: 2, max_views: 8 };
const EMPTY = { ok: true, result: {}, problem: "", remedy: "", code: "" };

function rig(limits = LIMITS) {
  const sent = [];
  const calls = new Calls((text) => sent.push(JSON.parse(text)));
  if (limits) calls.connected(limits);
  return { sent, calls };
}

async function failure(promise) {
  const error = await promise.then(
    () => assert.fail("it did not fail"),
    (reason) => reason,
  );
  assert.ok(error instanceof CallError);
  return error;
}

speak();

test("replies find their calls in any order", async () => {
  const { sent, calls } = rig();
  const first = calls.ask(2, "set", { feature: "Gain", value: -1.5 });
  const second = calls.ask(0, "reconnect");
  assert.deepEqual(sent[0], {
    ...{ type: "call", camera: 2, do: "set", id: sent[0].id },
    with: { feature: "Gain", value: -1.5 },
  });
  assert.deepEqual(sent[1].with, {});
  assert.notEqual(sent[0].id, sent[1].id);
  calls.replied({ ...EMPTY, id: sent[1].id });
  calls.replied({ ...EMPTY, id: sent[0].id, result: { value: -1.48 } });
  assert.deepEqual(await first, { value: -1.48 });
  assert.deepEqual(await second, {});
  assert.equal(calls.open, 0);
});

test("a call that failed says why and what to do", async () => {
  const { sent, calls } = rig();
  const call = calls.ask(0, "set");
  const [problem, remedy] = ["left is adjusted by kim", "ask kim"];
  calls.replied({ ...EMPTY, id: sent[0].id, ok: false, problem, remedy, code: "refused" });
  const error = await failure(call);
  assert.deepEqual([error.message, error.remedy, error.code], [problem, remedy, "refused"]);
});

test("no more calls are open than the server takes", async () => {
  const { sent, calls } = rig();
  const open = [calls.ask(0, "watch"), calls.ask(1, "watch")];
  assert.equal((await failure(calls.ask(2, "watch"))).code, "busy");
  assert.equal(sent.length, 2);
  calls.replied({ ...EMPTY, id: sent[0].id });
  await open[0];
  calls.ask(2, "watch").catch(() => {});
  assert.equal(sent.length, 3);
});

test("a server that takes no calls gets none", async () => {
  const { sent, calls } = rig({ ...LIMITS, max_calls: 0 });
  assert.equal((await failure(calls.ask(0, "values"))).code, "unknown");
  assert.deepEqual(sent, []);
});

test("a message that would end the connection is not sent", async () => {
  const { sent, calls } = rig();
  const text = "\u00e9".repeat(100); // 200 bytes of UTF-8
  assert.match((await failure(calls.ask(0, "load", { text }))).message, /bytes, the server takes 200/);
  assert.equal((await failure(calls.ask(0, "load", { text }))).code, "wrong");
  assert.deepEqual([sent.length, calls.open], [0, 0]);
});

test("calls end with their connection, and replies of an old one are not taken for new ones", async () => {
  const { sent, calls } = rig();
  const call = calls.ask(0, "values");
  calls.disconnected();
  assert.equal((await failure(call)).code, "gone");
  assert.equal((await failure(calls.ask(0, "values"))).code, "gone");
  calls.connected(LIMITS);
  const next = calls.ask(0, "values");
  calls.replied({ ...EMPTY, id: sent[0].id, result: "old" });
  calls.replied({ ...EMPTY, id: sent[1].id, result: "new" });
  assert.equal(await next, "new");
});

test("who adjusts a camera", () => {
  const rights = new Rights();
  const left = { index: 0, name: "left" };
  assert.equal(rights.describe(left), "");
  const lease = { camera: 0, holder: "Kim", viewer: 3, until_us: 1, asked_by: "" };
  rights.statusReceived({ id: 4, role: "control" });
  assert.equal(rights.role, "control");
  rights.leasesReceived([lease]);
  assert.equal(rights.describe(left), "Kim adjusts left");
  assert.equal(rights.describe({ index: 1, name: "right" }), "");
  rights.leasesReceived([{ ...lease, viewer: 4, asked_by: "Lee" }]);
  assert.equal(rights.describe(left), "you adjust left, Lee asks for it");
  assert.equal(rights.leaseOf(0).until_us, 1);
  rights.leasesReceived([]);
  assert.equal(rights.describe(left), "");
  rights.leasesReceived([lease]);
  rights.reset();
  assert.deepEqual([rights.describe(left), rights.role], ["", ""]);
});
