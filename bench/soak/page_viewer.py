"""The page in a headless Chromium, and the person in front of it, as the soak sees them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, ConsoleMessage, Page

from bench.measure import resident_bytes
from bench.page.watched_page import COUNTING
from bench.soak.habits import RESTING_KEYS, Deed, deeds

__all__ = ["PageViewer"]

_SHOWN = """[...document.querySelectorAll(".tile [data-part=canvas]")].map((canvas) => {
    // Pixels of what is on the screen, few of them: a picture that moves has others.
    const small = window.soakSmall ??= new OffscreenCanvas(16, 16).getContext(
        "2d", { willReadFrequently: true });
    small.drawImage(canvas, 0, 0, 16, 16);
    return small.getImageData(0, 0, 16, 16).data.reduce((sum, v, i) => (sum * 31 + v * i) % 1e9, 7);
})"""

_REMARKS = ("Failed to load resource", "WebSocket connection to")
_MOST_COMPLAINTS = 20


class PageViewer:
    """Runs while the block does."""

    name = "page"

    def __init__(self, browser: Browser, url: str, seed: str) -> None:
        self._browser = browser
        self._url = url
        self._deeds = deeds(random.Random(seed))
        self._done = 0
        self._acting: asyncio.Task[None] | None = None
        self._page: Page | None = None
        self._cdp: CDPSession | None = None
        self._pids: list[int] = []
        self.complaints: list[str] = []

    async def __aenter__(self) -> PageViewer:
        context = await self._browser.new_context(viewport={"width": 1280, "height": 800})
        page = self._page = await context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._complain(f"exception: {error}"))
        page.on("crash", lambda _: self._complain("the page crashed"))
        await page.add_init_script(COUNTING)
        self._cdp = await context.new_cdp_session(page)
        await self._cdp.send("Performance.enable")
        await page.goto(self._url, wait_until="commit")
        processes = await self._browser.new_browser_cdp_session()
        found = await processes.send("SystemInfo.getProcessInfo")
        self._pids = [
            process["id"] for process in found["processInfo"] if process["type"] == "renderer"
        ]
        await processes.detach()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pause()
        assert self._page is not None
        await self._page.context.close()

    async def act(self) -> None:
        """Let the person work."""
        self._acting = asyncio.create_task(self._act())

    async def rest(self) -> None:
        """Let the person close everything and look at all cameras."""
        await self._pause()
        page = self._page
        assert page is not None
        await page.evaluate("document.querySelectorAll('dialog[open]').forEach((d) => d.close())")
        await page.evaluate("document.querySelector('#sheet .close').click()")
        for key in RESTING_KEYS:
            await self._do(Deed(key))
        for number in ("1", "2", "3"):
            await self._do(Deed(number))
            if await page.locator(".tile[aria-current=true] [data-frozen]").count():
                await self._do(Deed(" "))
            await self._do(Deed("w"))
        await self._do(Deed("Escape"))

    async def report(self) -> dict[str, Any]:
        """Return figures after a garbage collection; ``shown``: differs when pictures move."""
        page, cdp = self._page, self._cdp
        assert page is not None
        assert cdp is not None
        await cdp.send("HeapProfiler.collectGarbage")
        found = await cdp.send("Performance.getMetrics")
        metrics = {metric["name"]: metric["value"] for metric in found["metrics"]}
        counted = await page.evaluate("window.counted")
        tasks = [Path(f"/proc/{pid}") for pid in self._pids]
        return {
            "shown": await page.evaluate(_SHOWN),
            "title": await page.title(),
            "deeds": self._done,
            "heap": metrics["JSHeapUsedSize"],
            "nodes": metrics["Nodes"],
            "listeners": metrics["JSEventListeners"],
            "resident": sum(resident_bytes(pid) for pid in self._pids),
            "threads": sum(len(list((task / "task").iterdir())) for task in tasks),
            "descriptors": sum(len(list((task / "fd").iterdir())) for task in tasks),
            **counted,
        }

    async def _act(self) -> None:
        for deed in self._deeds:
            await self._do(deed)
            self._done += 1
            await asyncio.sleep(deed.pause_s)

    async def _pause(self) -> None:
        if self._acting is not None:
            self._acting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._acting
            self._acting = None

    async def _do(self, deed: Deed) -> None:
        page = self._page
        assert page is not None
        if deed.key:
            # As a person who works with the pictures: what is typed goes into no field.
            await page.evaluate("document.activeElement?.blur()")
            await page.keyboard.press("Space" if deed.key == " " else deed.key)
            return
        size = page.viewport_size
        assert size is not None
        await page.mouse.move(size["width"] * deed.at[0], size["height"] * deed.at[1])
        await page.mouse.wheel(0, -100 * deed.wheel)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REMARKS):
            self._complain(f"{message.type}: {message.text}")

    def _complain(self, text: str) -> None:
        print(f"page: {text}", flush=True)
        if len(self.complaints) < _MOST_COMPLAINTS:
            self.complaints.append(text)
