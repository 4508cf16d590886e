"""The page on a FedBridge, with what its browser says of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from tests.fakes.browser import TIMEOUT_MS

__all__ = ["COUNTING", "WatchedPage", "watched_page"]

COUNTING = """
(() => {
    const open = { bitmaps: 0, urls: 0, sockets: 0 };
    window.counted = open;
    const make = window.createImageBitmap;
    window.createImageBitmap = async (...given) => {
        const bitmap = await make.apply(window, given);
        open.bitmaps += 1;
        return bitmap;
    };
    const close = ImageBitmap.prototype.close;
    ImageBitmap.prototype.close = function () {
        if (this.width > 0) open.bitmaps -= 1;
        close.call(this);
    };
    const show = ImageBitmapRenderingContext.prototype.transferFromImageBitmap;
    ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
        if (bitmap !== null && bitmap.width > 0) open.bitmaps -= 1;
        show.call(this, bitmap);
    };
    const url = URL.createObjectURL;
    URL.createObjectURL = (given) => { open.urls += 1; return url.call(URL, given); };
    const revoke = URL.revokeObjectURL;
    URL.revokeObjectURL = (given) => { open.urls -= 1; revoke.call(URL, given); };
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...given) {
            super(...given);
            open.sockets += 1;
            this.addEventListener("close", () => { open.sockets -= 1; });
        }
    };
})();
"""
"""Counts what the page must give back: bitmaps not closed, object URLs, sockets not ended."""

_WATCH = """
(async () => {
    const here = performance.getEntriesByType("resource").map(({ name }) => name);
    const module = here.find((name) => name.endsWith("/picture_canvas.js"));
    const { PictureCanvas } = await import(module);
    const canvases = new Map();
    const offer = PictureCanvas.prototype.offer;
    PictureCanvas.prototype.offer = function (frame, settled) {
        if (!canvases.has(this)) canvases.set(this, null);
        return offer.call(this, frame, settled);
    };
    const seen = window.seenPictures = { ages: {}, frames: [], long: 0, longest: 0 };
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
            seen.long += 1;
            seen.longest = Math.max(seen.longest, duration);
        }
    }).observe({ type: "longtask" });
    const look = (nowMs) => {
        seen.frames.push(nowMs);
        const utcMs = performance.timeOrigin + performance.now();
        for (const [canvas, before] of canvases) {
            const { shown } = canvas;
            if (shown === null || shown === before) continue;
            canvases.set(canvas, shown);
            const ages = seen.ages[shown.camera_index] ??= [];
            ages.push(utcMs - Number(shown.capture_time_us) / 1000);
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})()
"""
"""Notes when pictures are on the screen and how old they are, from the page's own canvases."""

_FORGET = "Object.assign(window.seenPictures, { ages: {}, frames: [], long: 0, longest: 0 })"

_BUSY = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


class WatchedPage:
    """Figures are those since the last :meth:`forget`."""

    def __init__(self, page: Page, cdp: CDPSession, browser: CDPSession) -> None:
        self.page = page
        self._cdp = cdp
        self._browser = browser
        self._browser_s = 0.0
        self._before: Mapping[str, float] = {}
        self._begin_s = 0.0

    async def watch(self) -> None:
        """Begin, when all pictures are there."""
        await self.page.evaluate(_WATCH)
        await self.forget()

    async def forget(self) -> None:
        """Begin again."""
        self._begin_s = time.monotonic()
        self._before = await self.metrics()
        self._browser_s = await self._processor_s()
        await self.page.evaluate(_FORGET)

    async def metrics(self) -> Mapping[str, float]:
        """Return Chromium's own figures of the page."""
        found = await self._cdp.send("Performance.getMetrics")
        return {metric["name"]: metric["value"] for metric in found["metrics"]}

    async def _processor_s(self) -> float:
        """Return the time of the processor of all of the browser: decoding and painting, too."""
        found = await self._browser.send("SystemInfo.getProcessInfo")
        return float(sum(process["cpuTime"] for process in found["processInfo"]))

    async def seen(self) -> dict[str, Any]:
        """Return ages by camera, times of frames, long tasks, seconds of thread and browser."""
        found: dict[str, Any] = await self.page.evaluate("window.seenPictures")
        after = await self.metrics()
        found["seconds"] = time.monotonic() - self._begin_s
        found["browser_s"] = await self._processor_s() - self._browser_s
        found["busy_s"] = {name: after[name] - self._before[name] for name in _BUSY}
        return found

    async def held(self) -> dict[str, float]:
        """Return what it holds after a garbage collection."""
        await self._cdp.send("HeapProfiler.collectGarbage")
        metrics = await self.metrics()
        counted: dict[str, float] = await self.page.evaluate("window.counted")
        return {
            "heap": metrics["JSHeapUsedSize"],
            "nodes": metrics["Nodes"],
            "listeners": metrics["JSEventListeners"],
            **counted,
        }


@contextlib.asynccontextmanager
async def watched_page(
    browser: Browser, url: str, size: tuple[int, int] = (1600, 1000)
) -> AsyncIterator[WatchedPage]:
    """Open the page in a window of ``size``, with the counting of what it holds."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(TIMEOUT_MS)
    try:
        page = await context.new_page()
        await page.add_init_script(COUNTING)
        cdp = await context.new_cdp_session(page)
        # Time of the processor: on a busy machine the clock on the wall says nothing.
        await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        await page.goto(url, wait_until="commit")
        yield WatchedPage(page, cdp, await browser.new_browser_cdp_session())
    finally:
        await context.close()
