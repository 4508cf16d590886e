"""The short form of ``make soak-viewers``, and what it disturbs and judges with."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import islice

import pytest

from bench.child_process import ROOT
from bench.soak.faulty_link import FaultyLink, Weather
from bench.soak.growth import LIMITS, grown
from bench.soak.habits import PANELS, TOUR, deeds
from camstrm.viewing.keys import viewer_actions
from tests.fakes.browser import without_browser_skipped

MINUTES = 0.35
DEADLINE_S = 280

MESSAGE = bytes(range(256)) * 400


@pytest.mark.browser
@without_browser_skipped
def test_both_viewers_outlive_a_bridge_that_is_killed_and_slowed() -> None:
    pytest.importorskip("PySide6.QtWebSockets", reason="the viewer extra is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", str(MINUTES)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "round 2" in done.stdout
    assert "as wanted" in done.stdout


def samples(viewer: str, name: str, values: list[float]) -> dict[str, list[dict[str, float]]]:
    """Return samples of viewers in which one figure is so."""
    flat = {
        which: [{limit.name: 100.0 for limit in limits} for _ in values]
        for which, limits in LIMITS.items()
    }
    for sample, value in zip(flat[viewer], values, strict=True):
        sample[name] = value
    return flat


def test_a_leak_is_seen_and_what_comes_and_goes_is_not() -> None:
    leak = [4e6 + 2e5 * n for n in range(30)]
    wave = [4e6 + 3e6 * (n % 3) for n in range(30)]
    warming = [4e6 + 1e6 * min(n, 5) for n in range(30)]
    assert len(grown(samples("page", "heap", leak))) == 1
    assert grown(samples("page", "heap", wave)) == []
    assert grown(samples("page", "heap", warming)) == []
    assert len(grown(samples("qt", "threads", [5.0 + n for n in range(8)]), lasting=False)) == 1
    assert grown(samples("page", "heap", leak), lasting=False) == []


def test_the_same_seed_gives_the_same_person_who_uses_everything_once() -> None:
    one, other = (list(islice(deeds(random.Random("7")), 500)) for _ in range(2))
    assert one == other
    assert one[: len(TOUR)] == list(TOUR)
    keys = {key: action.group for action in viewer_actions() for key in action.keys}
    assert {keys[key] for key in PANELS} <= {"panels", "window", "tools"}
    assert {deed.key for deed in one if deed.key} <= keys.keys()


@contextlib.asynccontextmanager
async def linked() -> AsyncIterator[tuple[FaultyLink, asyncio.StreamReader]]:
    """Run a server that says MESSAGE and waits, behind a link; yield it and a viewer's end."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while await reader.read(100):
                writer.write(MESSAGE)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server, FaultyLink(server.sockets[0].getsockname()[1]) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"go")
        try:
            yield link, reader
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def test_the_link_passes_everything_on_in_its_order() -> None:
    async with linked() as (link, reader):
        link.weather = Weather(0.001, 50e6)
        assert await reader.readexactly(len(MESSAGE)) == MESSAGE
        assert link.connections == 2


async def test_the_link_breaks_in_the_middle_of_a_message() -> None:
    async with linked() as (link, reader):
        link.cut_after(1000)
        got = b""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(100_000):
                got += data
        assert len(got) <= 1000
        assert got == MESSAGE[: len(got)]
        for _ in range(1000):
            if not link.connections:
                break
            await asyncio.sleep(0.01)
        assert link.connections == 0
