"""When a grabber that sends nothing is reported as no input."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.fakes.bridge.feed_hub import FakeHub, listening
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.loop_time import StoppedLoopTime


async def test_silence_of_the_current_grabber_is_reported(hub: FakeHub, path: str) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            await hub.until(lambda h: h.events == ["came s"])
            await clock.advance(4.9)
            assert hub.events == ["came s"]
            await clock.advance(0.2)
            assert hub.events == ["came s", "input none"]
            await grabber.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert hub.events == ["came s", "input none", "input ok", "bundle"]


def has(event: str, count: int) -> Callable[[FakeHub], bool]:
    return lambda hub: hub.count(event) == count


async def test_a_grabber_that_stops_amid_pictures_is_no_input_within_a_second_and_a_half(
    hub: FakeHub, path: str
) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            for count in range(1, 4):
                await clock.advance(0.1)
                await grabber.send_bundle()
                await hub.until(has("bundle", count))
            await clock.advance(1.3)
            assert "input none" not in hub.events
            await clock.advance(0.15)
            assert hub.events[-1] == "input none"
            await grabber.send_bundle()
            await hub.until(lambda h: h.events[-2:] == ["input ok", "bundle"])


@pytest.mark.parametrize("pause_s", [1.2, 1.6])
async def test_a_grabber_that_sends_pictures_seldom_or_none_any_more_has_time(
    hub: FakeHub, path: str, pause_s: float
) -> None:
    """One picture in 1.6 s is a viewer's wish; after the last viewer, only a status comes."""
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            for count in range(1, 4):
                await clock.advance(pause_s)
                await grabber.send_bundle()
                await hub.until(has("bundle", count))
            for count in range(1, 3):
                await clock.advance(1.5)
                await grabber.send_status()
                await hub.until(has("status", count))
            assert "input none" not in hub.events
            await clock.advance(4.9)
            assert "input none" not in hub.events
            await clock.advance(0.2)
            assert hub.events[-1] == "input none"


async def test_a_bridge_that_was_stopped_reads_before_it_calls_the_grabber_silent(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            await hub.until(lambda h: h.events == ["came s"])
            selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
            select = selector.select

            def stopped(_timeout: float | None) -> list[object]:
                clock.now_s += 20.0  # beyond silence_s, within the deadline of until()
                # A wait that a SIGCONT ended after its time returns nothing, whatever is there.
                monkeypatch.setattr(selector, "select", select)
                return []

            monkeypatch.setattr(selector, "select", stopped)
            await grabber.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert hub.events == ["came s", "bundle"]
