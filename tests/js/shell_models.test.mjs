import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { actionsByKey, keepsKey, keyName, ofPage } from "../../camstrm/bridge/page/static/model/keys.js";
import { moved, neighbour, orderOf } from "../../camstrm/bridge/page/static/model/order.js";
import { readPlace, withCamera } from "../../camstrm/bridge/page/static/model/place.js";
import { Settings } from "../../camstrm/bridge/page/static/model/settings.js";
import { chooseLanguage } from "../../camstrm/bridge/page/static/shell/language.js";
import { vectors } from "./viewing.mjs";

const ORDER = vectors("order");

class Store extends Map {
  getItem(name) {
    return this.get(name) ?? null;
  }
  setItem(name, value) {
    this.set(name, value);
  }
}

test("settings are kept under the page's name, and wrong ones fall back", () => {
  const store = new Store([["camstrm.a", "{"], ["camstrm.b", "[]"], ["camstrm.c", "null"], ["camstrm.d", '"x"']]);
  const settings = new Settings(store);
  assert.equal(settings.get("a", 3), 3, "no JSON");
  assert.deepEqual(settings.get("b", { x: 1 }), { x: 1 }, "another kind");
  assert.equal(settings.get("c", "y"), "y");
  assert.equal(settings.get("d", 7), 7);
  assert.equal(settings.get("d", ""), "x");
  settings.set("a", 5);
  assert.equal(store.get("camstrm.a"), "5");
  assert.equal(new Settings(store).get("a", 0), 5);
});

test("who asked hears of a setting, also of another window", () => {
  const store = new Store();
  const settings = new Settings(store);
  const heard = [];
  settings.changed("a", (value) => heard.push(value));
  settings.set("a", 1);
  settings.set("b", 2);
  store.set("camstrm.a", "3");
  settings.changedElsewhere("camstrm.a");
  settings.changedElsewhere("other");
  assert.deepEqual(heard, [1, 3]);
  assert.equal(settings.get("a", 0), 3);
});

test("without a storage, or with a full one, settings live as long as the page", () => {
  const full = { getItem: () => null, setItem: () => { throw new Error("full"); } };
  for (const store of [null, full]) {
    const settings = new Settings(store);
    settings.set("a", [1]);
    assert.deepEqual(settings.get("a", []), [1]);
  }
});

test("the page speaks the language that is wished, or the browser's first one that it knows", () => {
  assert.equal(chooseLanguage("", ["fr-FR", "ko-KR", "en"]), "ko");
  assert.equal(chooseLanguage("en", ["ko"]), "en");
  assert.equal(chooseLanguage("", ["fr"]), "en");
});

const pressed = (key, more = {}) =>
  keyName({ key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("keys have the names of the table, whatever the input method makes of them", () => {
  assert.equal(pressed("s"), "s");
  assert.equal(pressed("\u3134", { code: "KeyS" }), "s");
  assert.equal(pressed("Process", { code: "KeyS", shiftKey: true }), "S");
  assert.equal(pressed("Process", { code: "Digit3" }), "3");
  assert.equal(pressed("o", { ctrlKey: true }), "Ctrl+o");
  assert.equal(pressed("s", { altKey: true }), "");
  assert.equal(pressed("Process", { code: "Space" }), "");
});

test("every key of the table stands for one action of the page", () => {
  const file = new URL("../../camstrm/viewing/keys.json", import.meta.url);
  const table = ofPage(JSON.parse(readFileSync(file, "utf-8")));
  const ids = actionsByKey(table);
  assert.equal(ids.get("3"), "choose");
  assert.equal(ids.get("z"), "native");
  assert.equal(ids.has("Ctrl+o"), false);
  assert.equal(ids.size, table.flatMap(({ keys }) => keys).length);
});

test("fields keep all keys but Escape, controls those that move or press them", () => {
  const field = { tagName: "INPUT", type: "text" };
  const button = { tagName: "BUTTON", type: "submit" };
  const slider = { tagName: "INPUT", type: "range" };
  const kept = (focused, ...names) => names.filter((name) => keepsKey(focused, name));
  const names = ["s", " ", "Enter", "ArrowLeft", "Escape", "F11"];
  assert.deepEqual(kept(field, ...names), ["s", " ", "Enter", "ArrowLeft"]);
  for (const focused of [button, slider, { tagName: "DIV", role: "separator" }]) {
    assert.deepEqual(kept(focused, ...names), [" ", "Enter", "ArrowLeft"]);
  }
  assert.deepEqual(kept({ tagName: "ARTICLE", role: "group" }, ...names), []);
});

test("the address says what is shown", () => {
  const nothing = { camera: "", popout: false, kiosk: false, cameras: null, layout: "", language: "" };
  assert.deepEqual(readPlace(""), nothing);
  assert.deepEqual(readPlace("#camera=%EC%84%A0%20a&popout"), { ...nothing, camera: "선 a", popout: true });
  assert.deepEqual(readPlace("#kiosk&cameras=a,b&layout=grid&lang=ko"), {
    ...nothing, kiosk: true, cameras: ["a", "b"], layout: "grid", language: "ko",
  });
  assert.equal(withCamera("#kiosk&camera=x", "a b"), "#camera=a%20b&kiosk");
  assert.equal(withCamera("#camera=a", ""), "");
  for (const name of ["left", "왼쪽 카메라", "a+b & c=d", "50%", "#1", 'quo"te']) {
    assert.equal(readPlace(withCamera("#kiosk", name)).camera, name);
  }
});

test("cameras are in the configuration's order, then in the person's", () => {
  for (const [names, kept, order] of ORDER.orders) assert.deepEqual(orderOf(names, kept), order);
  for (const [things, from, to, result] of ORDER.moved) assert.deepEqual(moved(things, from, to), result);
});

test("arrows go to the next camera in their direction", () => {
  for (const { name, cells, moves } of ORDER.neighbours) {
    const places = cells.map(([x, y, width, height]) => ({ x, y, width, height }));
    for (const [from, key, next] of moves) assert.equal(neighbour(places, from, key), next, `${name}: ${from} ${key}`);
  }
});
