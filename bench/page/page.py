"""Page: frames of the screen while a person zooms at 60 Hz, and what is held after it."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path
from typing import Any

from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.picture_set import write_picture_set
from bench.measure import percentile
from bench.page.watched_page import WatchedPage, watched_page
from bench.report import Findings, Row
from tests.fakes.browser import CHROMIUM, running_browser, until

LOAD = "1328x1152 + 2 x 640x480 at 30 fps"
LEAST_SHARE = 0.95
"""Of the frames that the same browser makes of an empty page at that time."""

MOST_FRAME_MS = 8.0
"""Half of a frame of 60 Hz, in time of the processor: true on a busy machine, too."""

MOST_BITMAPS = 6
"""One that waits for the screen, and one that is being decoded, of each of three cameras."""

DRAWN = """document.querySelectorAll(".tile").length === COUNT &&
    [...document.querySelectorAll(".tile [data-part=canvas]")].every(({ width }) => width > 4)"""

_FRAMES = """new Promise((done) => {
    const frames = [];
    const look = (nowMs) => {
        frames.push(nowMs);
        if (nowMs - frames[0] < SECONDS * 1000) requestAnimationFrame(look); else done(frames);
    };
    requestAnimationFrame(look);
})"""

_ZOOM = """new Promise((done) => {
    const stage = document.querySelector(".tile[data-camera=camera0] [data-part=stage]");
    const { left, top, width, height } = stage.getBoundingClientRect();
    const end = performance.now() + SECONDS * 1000;
    let turned = 0;
    const timer = setInterval(() => {
        const phase = Math.floor(turned / 40) % 2;
        stage.dispatchEvent(new WheelEvent("wheel", {
            deltaY: phase === 0 ? -25 : 25, bubbles: true, cancelable: true,
            clientX: left + width * 0.4, clientY: top + height * 0.6,
        }));
        turned += 1;
        if (performance.now() > end) { clearInterval(timer); done(turned); }
    }, 1000 / 60);
})"""


def run(*, short: bool) -> Findings:
    """Return frames of the screen, long tasks, busy time and what is held."""
    if CHROMIUM is None:
        return Findings([Row("page", 0.0, "", note="not measured: Chromium is not installed")])
    seconds, turns = (2.0, 1) if short else (6.0, 5)
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        write_picture_set(Path(folder), colour=True)
        with FedBridge(Path(folder)) as bridge:
            return Findings(asyncio.run(_watch(f"http://127.0.0.1:{bridge.port}", seconds, turns)))


async def _watch(url: str, seconds: float, turns: int) -> list[Row]:
    async with running_browser() as browser, watched_page(browser, url) as watched:
        page = watched.page
        await until(page, DRAWN.replace("COUNT", "3"))
        await watched.watch()
        before: dict[str, float] = {}
        rests, zooms, plain = [], [], []
        for _ in range(turns):
            context = await browser.new_context()
            empty = await context.new_page()
            frames = await empty.evaluate(_FRAMES.replace("SECONDS", str(seconds)))
            plain.append(_fps(frames))
            await context.close()
            await watched.forget()
            await asyncio.sleep(seconds)
            rests.append(await watched.seen())
            zooms.append(await _zoomed(watched, seconds))
            held = await watched.held()
            before = before or held
        return _rows(rests, zooms, plain, before, held)


async def _zoomed(watched: WatchedPage, seconds: float) -> dict[str, Any]:
    await watched.forget()
    turned = await watched.page.evaluate(_ZOOM.replace("SECONDS", str(seconds)))
    found = await watched.seen()
    found["turned"] = turned
    return found


def _rows(
    rests: list[dict[str, Any]],
    zooms: list[dict[str, Any]],
    plain: list[float],
    before: dict[str, float],
    after: dict[str, float],
) -> list[Row]:
    empty = percentile(plain, 50)
    rows = []
    for what, seen in (("at rest", rests), ("zooming at 60 Hz", zooms)):
        fps = percentile([_fps(one["frames"]) for one in seen], 50)
        gaps = [gap for one in seen for gap in _gaps_ms(one["frames"])]
        zooming = what != "at rest"
        rows.append(
            Row(
                f"{LOAD}, {what}: frames of the screen",
                fps,
                "a second",
                fps / empty,
                "an empty page in turns",
                target=f">= {LEAST_SHARE:g} x" if zooming else "",
                met=fps / empty >= LEAST_SHARE if zooming else None,
                note=f"between two p50 {percentile(gaps, 50):.1f}, p99 {percentile(gaps, 99):.1f} "
                f"ms; {sum(one['long'] for one in seen)} tasks longer than 50 ms, "
                f"the longest {max(one['longest'] for one in seen):.0f} ms",
            )
        )
        busy_s = {name: sum(one["busy_s"][name] for one in seen) for name in seen[0]["busy_s"]}
        spent_s = sum(one["seconds"] for one in seen)
        frames = sum(len(one["frames"]) for one in seen)
        parts = ", ".join(
            f"{name.removesuffix('Duration').lower()} {1000 * busy_s[name] / frames:.2f}"
            for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
        )
        pictures = sum(len(ages) for one in seen for ages in one["ages"].values())
        browser = 100 * sum(one["browser_s"] for one in seen) / spent_s
        rows.append(
            Row(
                f"{LOAD}, {what}: main thread for each of these frames",
                1000 * busy_s["TaskDuration"] / frames,
                "ms",
                target=f"<= {MOST_FRAME_MS:g} ms" if zooming else "",
                met=1000 * busy_s["TaskDuration"] / frames <= MOST_FRAME_MS if zooming else None,
                note=f"of it {parts}; {pictures / spent_s:.0f} pictures a second; the browser "
                f"with decoding and painting {browser:.0f} % of a core",
            )
        )
    held = ", ".join(f"{name} {before[name]:g} -> {after[name]:g}" for name in before)
    most = max(after["bitmaps"], after["urls"])
    rows.append(
        Row.at_most(
            "bitmaps and object URLs that are open after it",
            most,
            "",
            MOST_BITMAPS,
            note=f"from the first turn to the last: {held}",
        )
    )
    return rows


def _gaps_ms(frames: list[float]) -> list[float]:
    return [later - sooner for sooner, later in itertools.pairwise(frames)]


def _fps(frames: list[float]) -> float:
    return 1000 * (len(frames) - 1) / (frames[-1] - frames[0])
