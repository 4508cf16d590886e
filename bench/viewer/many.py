"""Many cameras: both viewers on the real bridge with 16 of them; no camera is worse off."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg

from bench.broadcast.fed_bridge import FedBridge
from bench.child_process import report_of
from bench.measure import percentile
from bench.page.page import DRAWN
from bench.page.watched_page import watched_page
from bench.picture.scene import camera_scene
from bench.report import Findings, Row
from tests.fakes.browser import CHROMIUM, running_browser, until

CAMERAS = 16
SIZE = (640, 480)
FPS = 30.0
LEAST_EVEN = 0.8
"""Rate of the slowest camera by that of the fastest."""

MAX_AGE_MS = 200.0
_QUALITY = 80
_WARM_UP_S = 2.0
_TIMEOUT_S = 180.0


def run(*, short: bool) -> Findings:
    """Return rates and ages of the Qt viewer and the page."""
    seconds, turns = (2.0, 1) if short else (8.0, 3)
    seen: dict[str, list[dict[str, Any]]] = {"Qt viewer": [], "page": []}
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        _write_pictures(Path(folder))
        with FedBridge(Path(folder), fps=FPS) as bridge:
            url = f"http://127.0.0.1:{bridge.port}"
            for _ in range(turns):
                report = report_of(
                    "bench.viewer.many_child",
                    url,
                    _WARM_UP_S,
                    seconds,
                    CAMERAS,
                    timeout_s=_TIMEOUT_S + seconds,
                )
                if "missing" in report:
                    return Findings([Row("many cameras", 0.0, "", note=report["missing"])])
                seen["Qt viewer"].append(report)
                if CHROMIUM is not None:
                    seen["page"].append(asyncio.run(_page(url, seconds)))
    return Findings([row for viewer, reports in seen.items() for row in _rows(viewer, reports)])


async def _page(url: str, seconds: float) -> dict[str, Any]:
    async with running_browser() as browser, watched_page(browser, url) as watched:
        await until(watched.page, DRAWN.replace("COUNT", str(CAMERAS)))
        await watched.watch()
        await asyncio.sleep(_WARM_UP_S)
        await watched.forget()
        await asyncio.sleep(seconds)
        seen = await watched.seen()
        ages = [age for given in seen["ages"].values() for age in given]
        return {
            "rates": [len(given) / seen["seconds"] for given in seen["ages"].values()],
            "age_p50_ms": percentile(ages, 50),
            "age_p95_ms": percentile(ages, 95),
            "cpu_percent": 100 * seen["busy_s"]["TaskDuration"] / seen["seconds"],
        }


def _rows(viewer: str, reports: list[dict[str, Any]]) -> list[Row]:
    if not reports:
        return [Row(f"{viewer}, {CAMERAS} cameras", 0.0, "", note="not measured: no browser")]
    what = f"{viewer}, {CAMERAS} cameras {SIZE[0]}x{SIZE[1]} at {FPS:g} fps"
    evenness = [
        min(r["rates"]) / max(r["rates"]) if len(r["rates"]) == CAMERAS else 0.0 for r in reports
    ]
    even, middle = statistics.median(evenness), reports[len(reports) // 2]
    age = statistics.median(r["age_p50_ms"] for r in reports)
    rates = middle["rates"]
    thread = "main thread" if viewer == "page" else "process"
    return [
        Row(
            f"{what}: slowest camera by fastest",
            even,
            "",
            target=f">= {LEAST_EVEN:g}",
            met=even >= LEAST_EVEN,
            note=f"{min(rates, default=0):.1f} to {max(rates, default=0):.1f} pictures a second "
            f"of {len(rates)} cameras; {thread} {middle['cpu_percent']:.0f} % of a core",
        ),
        Row(
            f"{what}: age on the screen",
            age,
            "ms p50",
            target=f"< {MAX_AGE_MS:g} ms",
            met=age < MAX_AGE_MS,
            note=f"p95 {statistics.median(r['age_p95_ms'] for r in reports):.0f} ms",
        ),
    ]


def _write_pictures(folder: Path) -> None:
    """Write a JPEG of the same scene for each camera, each moved on by another distance."""
    scene = camera_scene(2 * SIZE[0], 2 * SIZE[1])
    halved = cv2.resize(scene, SIZE, interpolation=cv2.INTER_AREA)
    for camera in range(CAMERAS):
        moved = np.ascontiguousarray(np.roll(halved, 40 * camera, axis=1))
        jpeg = simplejpeg.encode_jpeg(moved, _QUALITY, "RGB", "420")
        (folder / f"{camera:02}.jpg").write_bytes(jpeg)
