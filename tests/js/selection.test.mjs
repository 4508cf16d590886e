import assert from "node:assert/strict";
import { test } from "node:test";

import { Selection } from "../../camstrm/bridge/page/static/selection.js";

/** What a page has of a window, at http://host/?x=1. */
function fakeWindow() {
  const location = { pathname: "/", search: "?x=1", hash: "" };
  return {
    location,
    addEventListener() {},
    history: {
      replaceState(_state, _title, url) {
        location.hash = new URL(url, "http://host").hash;
      },
    },
  };
}

test("a camera of any name is kept in the URL", () => {
  for (const name of ["left", "왼쪽 카메라", "a+b & c=d", "50%", "#1", 'quo"te']) {
    const window = fakeWindow();
    const selection = new Selection(window, () => {});
    selection.toggle(name);
    assert.equal(window.location.hash, `#camera=${encodeURIComponent(name)}`);
    assert.equal(new Selection(window, () => {}).name, name);
    selection.toggle(name);
    assert.equal(selection.name, null);
  }
});
