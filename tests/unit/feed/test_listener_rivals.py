"""Which grabber has the place in the bridge, and who makes room."""

from __future__ import annotations

import asyncio
import os
import re
import sys

import pytest

from camstrm.feed import connection as connection_module
from camstrm.feed import listener as listener_module
from camstrm.wire import Goodbye
from tests.fakes.bridge.feed_hub import FakeHub, listening
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.grabber.raw_packets import packet
from tests.fakes.loop_time import StoppedLoopTime


async def test_a_second_grabber_is_refused_while_the_first_speaks(
    hub: FakeHub, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(hub, path) as listener, FakeGrabber(path, session="first") as first:
        await first.send_bundle()
        await hub.until(lambda h: "bundle" in h.events)
        for count in (1, 2, 3):
            async with FakeGrabber(path, session="second") as second:
                await second.send_status()
                await second.send_bundle()
                await first.send_status()
                await second.wait_closed()
                assert second.demands == []
                assert f"pid {os.getpid()}, session 'first'" in second.refused
                assert re.search(r"since [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} ", second.refused)
                assert listener.refused == count
        await first.send_bundle()
        await hub.until(lambda h: h.count("bundle") == 2)
        assert not first.closed
    assert hub.events[:6] == ["came first", "bundle", "status", "status", "status", "bundle"]
    lines = [r.getMessage() for r in caplog.records if "grabber refused" in r.getMessage()]
    assert len(lines) == 1, "a grabber that tries again and again is no news"


async def test_a_second_grabber_takes_the_place_of_one_that_hangs(hub: FakeHub, path: str) -> None:
    async with listening(hub, path, silence_s=0.3), FakeGrabber(path, session="hangs") as hanging:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, session="new") as new:
            await hanging.wait_closed()
            assert not hanging.refused
            await new.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert [e for e in hub.events if not e.startswith("input")] == [
                "came hangs",
                "came new",
                "bundle",
            ], "and not 'went'"


async def test_a_grabber_whose_process_is_gone_is_replaced_at_once(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end of the connection may live on in a child that it forked."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")
    await asyncio.wait_for(process.wait(), 30)
    monkeypatch.setattr(connection_module, "peer_pid", lambda _: process.pid)
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="dead") as dead:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, session="new"):
            await hub.until(lambda h: h.events == ["came dead", "came new"])
            await dead.wait_closed()


async def test_a_grabber_that_said_goodbye_or_closed_is_replaced_at_once(
    hub: FakeHub, path: str
) -> None:
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="a") as first:
        await first.send(Goodbye())
        async with FakeGrabber(path, session="b") as second:
            await hub.until(lambda h: h.events == ["came a", "came b"])
            # Unread bytes wait before the end of this connection.
            await second.send_raw(packet(77, bytes(100_000)))
            await second.close()
            async with FakeGrabber(path, session="c"):
                await hub.until(lambda h: "came c" in h.events)


async def test_the_same_grabber_that_connects_again_is_not_its_own_rival(
    hub: FakeHub, path: str
) -> None:
    async with (
        listening(hub, path, silence_s=1000.0),
        FakeGrabber(path, session="s") as lost,
        FakeGrabber(path, session="s"),
    ):
        await lost.wait_closed()
        assert hub.events == ["came s", "came s"]


async def test_a_rival_gets_the_place_when_the_first_one_ends(hub: FakeHub, path: str) -> None:
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="a") as first:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, ("left",), session="b") as rival:
            await rival.send_hello()
            await rival.until_read()
            await first.close()
            await hub.until(lambda h: "came b" in h.events)
            assert hub.events[:3] == ["came a", "went", "came b"]


async def test_rivals_are_not_kept_without_end(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "MAX_WAITING", 2)
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="first"):
        rivals = [FakeGrabber(path, session=f"rival {i}") for i in range(4)]
        for rival in rivals:
            await rival.connect()
        for rival in rivals[:2]:
            await rival.wait_closed()
            assert not rival.refused
        for rival in rivals:
            await rival.close()


async def test_who_says_no_hello_is_closed(hub: FakeHub, path: str) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path) as listener:
            silent = FakeGrabber(path)
            await silent.connect(hello=False)
            await clock.settle()
            await clock.advance(4.9)
            assert not silent.closed
            await clock.advance(0.2)
            await silent.wait_closed()
            await silent.close()
            assert listener.garbage == 1


async def test_many_silent_connections_make_room(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "MAX_WAITING", 2)
    async with listening(hub, path):
        silent = [FakeGrabber(path) for _ in range(4)]
        for one in silent:
            await one.connect(hello=False)
        for one in silent[:2]:
            await one.wait_closed()
        await silent[3].send_hello()
        await hub.until(lambda h: len(h.events) == 1)
        for one in silent:
            await one.close()
