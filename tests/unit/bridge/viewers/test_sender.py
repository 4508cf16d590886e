from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from camstrm.bridge.viewers.outbox import TextKind, ViewerOutbox
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.unsent_rest import PIECE
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle
from tests.fakes.clock import Clock
from tests.fakes.loop_time import StoppedLoopTime

TIMEOUT_S = 2.0


def bundle(seq: int) -> SharedBundle:
    frame = CameraFrame(0, CameraState.STREAMING, Encoding.JPEG, payload=b"%d" % seq)
    return SharedBundle(FrameBundle(seq, 0, (frame,)))


class FakeSocket:
    def getsockopt(self, *_: int) -> bytes:
        raise OSError


class FakeTransport(asyncio.Transport):
    """Takes ``room`` writes, then one more that the kernel does not take."""

    def __init__(self) -> None:
        super().__init__({"socket": FakeSocket(), "sslcontext": "TLS: no writes past this"})
        self.room = 1000
        self.written: list[str] = []
        self.waiting = 0
        self.protocol: Any = None
        self.taken_over = asyncio.Event()
        self.closing = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert (high, low) == (1, None), "a write counts as done when all of it has gone"

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol  # type: ignore[no-any-return]

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol
        self.taken_over.set()

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def write(self, data: Any) -> None:
        assert not self.waiting, "nothing is written behind what waits"
        self.written.append(bytes(data).decode())
        if self.room:
            self.room -= 1
        else:
            self.waiting = len(data)
            self.protocol.pause_writing()

    def take(self, room: int) -> None:
        """Let the kernel take what waits and ``room`` writes more."""
        self.waiting, self.room = 0, room
        self.protocol.resume_writing()

    def abort(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def close(self) -> None:
        self.abort()


class FakeHttp(asyncio.Protocol):
    """aiohttp's side of the connection."""

    lost = 0

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost += 1


class FakeResponse:
    async def prepare(self, request: Any) -> None:
        await asyncio.sleep(0)


class FakeViewer(ViewerSender):
    kind = "fake"

    def _encode(self, item: bytes | SharedBundle) -> Sequence[bytes]:
        if isinstance(item, bytes):
            return () if item == b"not for this one" else (item,)
        return (b"%d" % item.bundle.seq,)


class Connected:
    """A sender on a fake connection."""

    def __init__(self, clock: Clock) -> None:
        self.viewer = FakeViewer(ViewerOutbox(1, 2, clock), "10.0.0.7", TIMEOUT_S)
        self.transport = FakeTransport()
        self.http = FakeHttp()
        self.transport.protocol = self.http
        request: Any = SimpleNamespace(transport=self.transport)
        response: Any = FakeResponse()
        self.task = asyncio.create_task(self.viewer.serve(request, response))

    @property
    def written(self) -> list[str]:
        return self.transport.written


async def connected(clock: Clock) -> Connected:
    found = Connected(clock)
    await found.transport.taken_over.wait()
    return found


async def ended(found: Connected) -> None:
    found.transport.abort()
    await asyncio.wait_for(found.task, 30)


async def test_what_was_put_before_the_connection_goes_when_it_is_there(clock: Clock) -> None:
    found = Connected(clock)
    found.viewer.put_bundle(bundle(1))
    found.viewer.put_text(TextKind.HELLO, b"hello")
    assert found.written == []
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert found.written == ["hello", "1"]
    await ended(found)


async def test_each_put_is_written_before_it_returns(clock: Clock) -> None:
    found = await connected(clock)
    viewer = found.viewer
    viewer.put_bundle(bundle(1))
    assert found.written == ["1"]
    viewer.put_text(TextKind.STATUS, b"status")
    assert found.written == ["1", "status"]
    viewer.put_text(TextKind.STATUS, b"not for this one")
    viewer.acknowledge(1)
    viewer.put_bundle(bundle(2))
    viewer.put_bundle(bundle(3))
    assert found.written == ["1", "status", "2"], "the window is 1"
    viewer.acknowledge(2)
    assert found.written[3:] == ["3"]
    await ended(found)


async def test_what_the_kernel_does_not_take_holds_back_the_rest_and_the_newest_wins(
    clock: Clock,
) -> None:
    found = await connected(clock)
    found.transport.room = 0
    for seq in (1, 2, 3):
        found.viewer.put_bundle(bundle(seq))
    found.viewer.put_text(TextKind.STATUS, b"status")
    assert found.written == ["1"]
    found.transport.take(room=0)
    assert found.written == ["1", "status"], "one write that waits at a time"
    found.transport.take(room=5)
    assert found.written == ["1", "status", "3"]
    assert found.viewer.outbox.skipped == {"slow link": 1}
    await ended(found)


async def test_a_large_bundle_goes_in_pieces_and_nothing_between_them(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(_: FakeViewer, item: bytes | SharedBundle) -> Sequence[bytes]:
        return (item,) if isinstance(item, bytes) else (b"%d" % item.bundle.seq * (2 * PIECE + 1),)

    monkeypatch.setattr(FakeViewer, "_encode", encode)
    found = await connected(clock)
    found.transport.room = 0
    found.viewer.put_bundle(bundle(1))
    found.viewer.put_bundle(bundle(2))
    found.viewer.put_text(TextKind.STATUS, b"status")
    sizes = [PIECE]
    for size in (PIECE, 1):
        sizes.append(size)
        found.transport.take(room=0)
        assert [len(piece) for piece in found.written] == sizes
    found.transport.take(room=1)
    assert [piece[:6] for piece in found.written[3:]] == ["status", "222222"]
    await ended(found)


async def test_to_a_viewer_that_has_ended_nothing_more_goes_when_its_last_piece_has_gone(
    clock: Clock,
) -> None:
    found = await connected(clock)
    found.transport.room = 0
    found.viewer.put_bundle(bundle(1))
    found.viewer.put_bundle(bundle(2))
    found.transport.closing = True
    found.transport.take(room=5)
    assert found.written == ["1"]
    found.transport.closing = False
    await ended(found)


async def test_a_bundle_goes_when_its_turn_comes(clock: Clock) -> None:
    found = await connected(clock)
    viewer = found.viewer
    viewer.outbox.subscribe(None, 10.0)
    viewer.go_on()
    with StoppedLoopTime() as time:
        viewer.put_bundle(bundle(1))
        clock.now += 0.02
        viewer.put_bundle(bundle(2))
        clock.now += 0.14
        await time.advance(0.14)
        assert found.written == ["1"]
        clock.now += 0.02
        await time.advance(0.02)
        assert found.written == ["1", "2"]
    await ended(found)


async def test_a_viewer_that_takes_nothing_is_cut_off(clock: Clock) -> None:
    found = await connected(clock)
    found.transport.room = 0
    with StoppedLoopTime() as time:
        found.viewer.put_bundle(bundle(1))
        await time.advance(0.9 * TIMEOUT_S)
        assert not found.viewer.stuck
        await time.advance(0.3 * TIMEOUT_S)
    await asyncio.wait_for(found.task, 30)
    assert found.viewer.stuck


async def test_a_write_that_was_taken_is_not_watched(clock: Clock) -> None:
    found = await connected(clock)
    found.transport.room = 0
    with StoppedLoopTime() as time:
        found.viewer.put_bundle(bundle(1))
        found.transport.take(room=1)
        await time.advance(5 * TIMEOUT_S)
    await ended(found)
    assert not found.viewer.stuck


async def test_a_lost_connection_ends_it_and_aiohttp_hears_of_it(clock: Clock) -> None:
    found = await connected(clock)
    found.viewer.outbox.subscribe(None, 10.0)
    found.viewer.go_on()
    found.viewer.put_bundle(bundle(1))
    found.viewer.put_bundle(bundle(2))
    await ended(found)
    assert found.http.lost == 1
    found.viewer.put_text(TextKind.STATUS, b"status")
    found.viewer.acknowledge(1)
    assert found.written == ["1"]


@pytest.mark.parametrize("early", [True, False])
async def test_close_ends_the_connection_also_one_that_is_about_to_be(
    clock: Clock, *, early: bool
) -> None:
    found = Connected(clock) if early else await connected(clock)
    found.viewer.close()
    await asyncio.wait_for(found.task, 30)
    assert found.transport.closing


async def test_a_request_that_is_cancelled_drops_the_connection(clock: Clock) -> None:
    found = await connected(clock)
    found.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await found.task
    assert found.transport.closing
    await asyncio.sleep(0)
    assert found.http.lost == 1
