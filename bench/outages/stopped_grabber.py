"""The grabber stands still (SIGSTOP) and goes on: when both viewers mark their pictures as old.

That a watchdog starts it again is systemd's part, which this does not use.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page

from bench.loads import small_cameras
from bench.report import Findings, Row
from bench.soak.qt_viewer import QtViewer
from bench.whole_way.restart import CAMERAS
from camstrm.wire import Status
from tests.fakes.browser import CHROMIUM, THREE_LIVE, open_page, running_browser, until
from tests.fakes.running_system import RunningSystem
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import Scenario

__all__ = ["run"]

STOPPED_S = 30.0
_STALE_S = 1.5
_LIVE_AGAIN_S = 2.0
_LOOK_S = 0.01
_DEADLINE_S = 60.0
_SETTLE_S = 2.0

_ALL_STALE = "document.querySelectorAll('.tile[data-stale=true]').length === 3"


def run(*, short: bool) -> Findings:
    """Return when page and Qt viewer mark all pictures, and when they move again."""
    if CHROMIUM is None:
        return Findings([Row("grabber stopped: not measured", 0.0, "", note="no Chromium here")])
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        return asyncio.run(_run(Path(folder), 5.0 if short else STOPPED_S))


async def _run(folder: Path, stopped_s: float) -> Findings:
    with simulated_system(folder, Scenario(small_cameras(CAMERAS)))[0] as system:
        async with system.viewer() as viewer, running_browser() as browser:
            await viewer.pictures(set(range(CAMERAS)))
            address = f"{system.url}/?token={system.token}"
            qt = QtViewer(system.url, system.token, "stopped", folder)
            async with open_page(browser, address) as page, qt:
                await until(page, THREE_LIVE)
                await _qt_until(qt, stale=False)
                await asyncio.sleep(_SETTLE_S)
                assert system.grabber is not None
                pid = system.grabber.process.pid
                os.kill(pid, signal.SIGSTOP)
                begin_s = time.monotonic()
                try:
                    stale = await _both(page, qt, _ALL_STALE, begin_s, stale=True)
                    await asyncio.sleep(max(0.0, begin_s + stopped_s - time.monotonic()))
                finally:
                    os.kill(pid, signal.SIGCONT)
                live = await _both(page, qt, THREE_LIVE, time.monotonic(), stale=False)
                restarts = await _restarts(system)
    return Findings([*_rows(f"grabber stopped for {stopped_s:g} s", stale, live), restarts])


async def _both(
    page: Page, qt: QtViewer, condition: str, begin_s: float, *, stale: bool
) -> dict[str, float]:
    """Return the seconds after which the page meets a condition, and the Qt viewer."""

    async def of_page() -> float:
        await until(page, condition)
        return time.monotonic() - begin_s

    async def of_qt() -> float:
        await _qt_until(qt, stale=stale)
        return time.monotonic() - begin_s

    page_s, qt_s = await asyncio.gather(of_page(), of_qt())
    return {"page": page_s, "Qt viewer": qt_s}


async def _qt_until(qt: QtViewer, *, stale: bool) -> None:
    deadline_s = time.monotonic() + _DEADLINE_S
    while (found := await qt.stale()) != [stale] * CAMERAS:
        if time.monotonic() > deadline_s:
            raise RuntimeError(f"pictures of the Qt viewer that are marked: {found}")
        await asyncio.sleep(_LOOK_S)


def _rows(what: str, stale: dict[str, float], live: dict[str, float]) -> list[Row]:
    rows = []
    for verb, times, most_s in (("marked", stale, _STALE_S), ("moving again", live, _LIVE_AGAIN_S)):
        rows += [
            Row.at_most(f"{what}: all pictures {verb}, {name}", took_s, "s", most_s)
            for name, took_s in times.items()
        ]
    return rows


async def _restarts(system: RunningSystem) -> Row:
    """Say that no camera process was ended because of it."""
    async with system.viewer() as viewer:
        status: Status = await viewer.until(
            lambda m: isinstance(m, Status) and len(m.cameras) == CAMERAS
        )
    count = sum(camera.restarts + camera.reconnects for camera in status.cameras)
    return Row.at_most("cameras opened again or processes started again for it", count, "", 0)
