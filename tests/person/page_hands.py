"""The page in Chromium, used by keyboard alone."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page

from tests.fakes.browser import TIMEOUT_MS
from tests.person.hands import FocusBar, Focused, Hands

__all__ = ["PageHands", "opened"]

COUNTED = """
const Plain = window.WebSocket;
window.measures = 0;
window.WebSocket = class extends Plain {
    constructor(...all) {
        super(...all);
        this.addEventListener("message", ({ data }) => {
            if (typeof data === "string" && data.includes('"sharpness"')) window.measures += 1;
        });
    }
};
"""
"""Measures are counted, so that nothing has to wait for some time."""

_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

_STANDS = 0.005
"""Two levels of the bar differ by no more than this part of the larger when it stands."""

_FIRST = 5
"""So many measures may still be of a frame from before the last change."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class PageHands(Hands):
    """One page, made by :func:`opened`."""

    def __init__(self, page: Page, complaints: list[str]) -> None:
        self.page = page
        self.complaints = complaints
        self._tree: CDPSession | None = None

    async def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            await self.page.keyboard.press({" ": "Space"}.get(key, key))

    async def write(self, text: str) -> None:
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(text)

    async def focused(self) -> Focused:
        tree = self._tree
        if tree is None:
            tree = self._tree = await self.page.context.new_cdp_session(self.page)
        found = await tree.send("Runtime.evaluate", {"expression": "document.activeElement"})
        asked = {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        node = (await tree.send("Accessibility.getPartialAXTree", asked))["nodes"][0]

        def said(part: str) -> str:
            return str(node.get(part, {}).get("value", ""))

        states: dict[str, Any] = {
            p["name"]: p["value"].get("value") for p in node.get("properties", [])
        }
        value = said("value")
        return Focused(said("name"), said("role"), value, states.get("checked") == "true")

    async def has_focus(self) -> bool:
        return bool(await self.page.evaluate("document.activeElement !== document.body"))

    async def shows(self, text: str) -> bool:
        # As the screen has it: what is hidden or only for screen readers does not count.
        seen: str = await self.page.evaluate("document.body.innerText")
        return text in re.sub(r"\s+", " ", seen)

    async def title(self) -> str:
        return await self.page.title()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        end = asyncio.get_running_loop().time() + TIMEOUT_MS / 1000
        while not await holds():
            if asyncio.get_running_loop().time() > end:
                text = await self.page.locator("body").inner_text()
                raise AssertionError(f"it never comes; the page says:\n{text}")
            await asyncio.sleep(0.05)

    async def focus_bar(self) -> FocusBar:
        before = -1.0
        for measures in itertools.count(1):
            await self._measured(1)
            text = await self.page.locator(".over-picture .focus-value").inner_text()
            level, peak = [float(number) for number in _NUMBER.findall(text)] or (0.0, 0.0)
            if measures >= _FIRST and level > 0 and abs(level - before) <= _STANDS * level:
                return FocusBar(level, peak)
            before = level
        raise AssertionError

    async def measured_again(self) -> None:
        await self._measured(2)

    async def picture_size(self, camera: str) -> tuple[int, int]:
        canvas = self.page.locator(f".tile[data-camera='{camera}'] [data-part=canvas]")
        width, height = await canvas.evaluate("one => [one.width, one.height]")
        return width, height

    async def cameras(self) -> list[str]:
        return await self.page.locator(".tile [data-part=name]").all_inner_texts()

    async def setting_is_settled(self) -> bool:
        # A wish is shown with the next picture of the screen.
        await self.page.evaluate(_PAINTED)
        return await self.page.locator("#sheet .waits").count() == 0

    async def open_link(self, link: str) -> PageHands:
        browser = self.page.context.browser
        assert browser is not None
        context = await browser.new_context(viewport={"width": 1200, "height": 800})
        return await opened(context, link)

    async def is_out(self) -> bool:
        return await self.shows("token needed")

    async def _measured(self, times: int) -> None:
        start: int = await self.page.evaluate("window.measures")

        async def again() -> bool:
            return bool(await self.page.evaluate(f"window.measures >= {start + times}"))

        await self.until(again)


async def opened(context: BrowserContext, url: str) -> PageHands:
    """Open a page whose errors and warnings are kept."""
    context.set_default_timeout(TIMEOUT_MS)
    await context.add_init_script(COUNTED)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url, wait_until="commit")
    return PageHands(page, complaints)
