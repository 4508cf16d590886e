"""``python -m bench.soak [MINUTES] [--seed TEXT]``: both viewers, a bridge that is disturbed.

Every round (a minute at most) the faults end, both persons close what they opened, and all
pictures must move again; then what must not grow is noted. Ends with 1 when a viewer crashed or
complained, was not live again in time, or has grown.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.soak.faults import Faults
from bench.soak.faulty_link import FaultyLink
from bench.soak.growth import grown, grown_types, growth_table
from bench.soak.habits import TOUR
from bench.soak.page_viewer import PageViewer
from bench.soak.qt_viewer import QtViewer
from tests.fakes.browser import running_browser
from tests.fakes.running_system import RunningSystem
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.build import SimulatorBuildError
from tests.simulator.scenario import CameraSpec, Scenario

__all__ = ["main"]

CAMERAS = (
    CameraSpec("left", frame_rate=15.0, formats=("BayerRG8",), grain=10),
    CameraSpec("right", frame_rate=15.0, formats=("BayerRG8",), grain=10),
    CameraSpec("over", width=1328, height=1152, frame_rate=15.0, formats=("BayerRG8",), grain=10),
)
_ROUND_S = 60.0
_ROUNDS = 8
"""At least, of which the first are the warm-up."""

_LIVE_WITHIN_S = 30.0
"""The longest pause of a viewer between two attempts, the start of a bridge, and a busy machine."""

_LOOK_S = 0.5
_SETTLE_S = 2.0
"""After pictures move again: what was decoded for the views before is gone then."""

_BEGIN_WITHIN_S = 120.0

_LASTING_S = 300.0
"""In a shorter run it cannot be seen whether memory is flat."""


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=30.0)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)))
    options = parser.parse_args(arguments)
    print(f"{options.minutes:g} minutes, seed {options.seed}", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-soak-") as folder:
            return asyncio.run(_run(Path(folder), 60 * options.minutes, options.seed))
    except SimulatorBuildError as error:
        print(error, file=sys.stderr)
        return 2


async def _run(folder: Path, seconds: float, seed: str) -> int:
    scenario = Scenario(CAMERAS)
    with simulated_system(folder, scenario)[0] as system:
        async with system.viewer():  # the bridge listens
            pass
        async with FaultyLink(system.port) as link, running_browser() as browser:
            url = f"http://127.0.0.1:{link.port}"
            page = PageViewer(browser, f"{url}/?token={system.token}", f"{seed} page")
            qt = QtViewer(url, system.token, f"{seed} qt", folder)
            async with page, qt:
                found = await _soak((qt, page), system, link, seconds, seed)
        found += [f"{viewer.name}: {text}" for viewer in (qt, page) for text in viewer.complaints]
        print("\n" + ("\n".join(dict.fromkeys(found)) or "as wanted"), flush=True)
        if found:
            print((folder / "qt.log").read_text()[-4000:], file=sys.stderr)
    return 1 if found else 0


async def _soak(
    viewers: tuple[QtViewer, PageViewer],
    system: RunningSystem,
    link: FaultyLink,
    seconds: float,
    seed: str,
) -> list[str]:
    """Go through all rounds; return what is wrong, but for complaints."""
    faults = Faults(system, link, random.Random(f"{seed} faults"))
    samples: dict[str, list[dict[str, Any]]] = {viewer.name: [] for viewer in viewers}
    slowest = {viewer.name: 0.0 for viewer in viewers}
    late = await _all_live(viewers, slowest, _BEGIN_WITHIN_S)
    slowest = dict.fromkeys(slowest, 0.0)
    if late:
        return late
    await _tour(viewers)
    end_s = time.monotonic() + seconds
    round_s = min(_ROUND_S, seconds / _ROUNDS)
    found: list[str] = []
    while (left_s := end_s - time.monotonic()) > 0:
        for viewer in viewers:
            await viewer.act()
        async with faults.raining():
            await asyncio.sleep(min(left_s, round_s))
        for viewer in viewers:
            await viewer.rest()
        found += await _all_live(viewers, slowest, _LIVE_WITHIN_S)
        await asyncio.sleep(_SETTLE_S)
        for viewer in viewers:
            samples[viewer.name].append(await viewer.report())
        print(_line(samples, slowest), flush=True)
    deeds = ", ".join(f"{name} {given[-1]['deeds']} deeds" for name, given in samples.items())
    print(f"\nfaults: {dict(faults.counts)}; {deeds}\n\n{growth_table(samples)}", flush=True)
    print(f"\npanels opened in qt: {', '.join(samples['qt'][-1]['opened'])}")
    print(f"objects more in qt: {grown_types(samples['qt'])}")
    slow = ", ".join(f"{name} {took_s:.1f} s" for name, took_s in slowest.items())
    print(f"\nall pictures moved again after at most: {slow}", flush=True)
    return found + grown(samples, lasting=seconds >= _LASTING_S)


async def _tour(viewers: Sequence[QtViewer | PageViewer]) -> None:
    """Let both persons use everything once."""
    for viewer in viewers:
        await viewer.act()
    waits_for = list(viewers)
    while waits_for:
        await asyncio.sleep(_LOOK_S)
        waits_for = [v for v in waits_for if (await v.report())["deeds"] < len(TOUR)]
    for viewer in viewers:
        await viewer.rest()


async def _all_live(
    viewers: Sequence[QtViewer | PageViewer], slowest: dict[str, float], within_s: float
) -> list[str]:
    """Wait until all pictures of each viewer have moved; say which did not."""

    async def live(viewer: QtViewer | PageViewer) -> None:
        begin_s = time.monotonic()
        before = (await viewer.report())["shown"]
        still = set(range(len(CAMERAS)))
        while still:
            await asyncio.sleep(_LOOK_S)
            report = await viewer.report()
            now = report["shown"]
            if len(now) == len(CAMERAS) == len(before):
                still -= {i for i in still if now[i] != before[i]}
            before = now
            # The first in the title: how many cameras deliver, of how many.
            if not report["title"].startswith(f"({len(CAMERAS)}/{len(CAMERAS)})"):
                still = set(range(len(CAMERAS)))
        slowest[viewer.name] = max(slowest[viewer.name], time.monotonic() - begin_s)

    async def watched(viewer: QtViewer | PageViewer) -> list[str]:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(live(viewer), within_s)
            return []
        report = await viewer.report()
        shown, title = report["shown"], report["title"]
        return [f"{viewer.name}: not live after {within_s:g} s, title {title!r}, shown {shown}"]

    return [line for viewer in viewers for line in await watched(viewer)]


def _line(samples: dict[str, list[dict[str, Any]]], slowest: dict[str, float]) -> str:
    qt, page = samples["qt"][-1], samples["page"][-1]
    return (
        f"round {len(samples['qt'])}: qt {qt['resident'] / 1e6:.1f} MB, {qt['objects']} objects, "
        f"{qt['widgets']} widgets, {qt['threads']} threads, {qt['descriptors']} descriptors; "
        f"page heap {page['heap'] / 1e6:.2f} MB, {page['resident'] / 1e6:.0f} MB, "
        f"{page['nodes']} nodes, {page['listeners']} listeners, {page['bitmaps']} bitmaps, "
        f"{page['urls']} URLs, {page['sockets']} sockets; "
        f"live again after at most {max(slowest.values()):.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
