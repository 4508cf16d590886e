from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from camstrm.errors import BridgeTakenError
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.grab import publisher as publisher_module
from camstrm.grab.loop import Loop, Timer
from camstrm.grab.publisher import BundlePublisher
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    CameraFrame,
    CameraState,
    Demand,
    Encoding,
    FrameBundle,
    Goodbye,
    Hello,
    Packet,
    PacketKind,
    Refused,
    Status,
    decode_bundle,
)
from tests.fakes.clock import FakeClock
from tests.fakes.manual_loop import run_until

LARGE = bytes(4 * 1024 * 1024)


def bundle(seq: int, *pictures: bytes) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return FrameBundle(seq, seq, frames)


def content(packet: Packet) -> object:
    if packet.kind is PacketKind.BUNDLE:
        return decode_bundle(packet.payload)
    return FEED_UP.decode(packet.payload)


class Bridge:
    """The bridge's end: listens, accepts, reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.end: BlockingPacketSocket | None = None
        self.raw: socket.socket | None = None

    def accept(self) -> None:
        self.listener.settimeout(30.0)
        self.raw, _ = self.listener.accept()
        self.end = BlockingPacketSocket(self.raw, 30.0)

    def read(self, count: int) -> list[object]:
        assert self.end is not None
        packets: list[Packet] = []
        while len(packets) < count:
            packets += self.end.receive()
        return [content(packet) for packet in packets]

    def send(self, message: Demand | Refused) -> None:
        assert self.end is not None
        self.end.send_text(FEED_DOWN.encode(message))

    def drop(self) -> None:
        assert self.end is not None
        self.end.close()

    def close(self) -> None:
        if self.end is not None:
            self.end.close()
        self.listener.close()
        self.path.unlink()


class Rig:
    """A publisher in its loop, and the bridge it connects to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "b.sock"
        self.loop = Loop()
        self.demands: list[Demand] = []
        self.hellos = 0
        self.refusals: list[BridgeTakenError] = []
        self.stands_by = False
        self.publisher = BundlePublisher(
            self.loop, str(self.path), self._hello, self.demands.append, self._refused
        )
        self.bridge: Bridge | None = None

    def _hello(self) -> Hello:
        self.hellos += 1
        return Hello(session=f"s{self.hellos}")

    def _refused(self, error: BridgeTakenError) -> bool:
        self.refusals.append(error)
        return self.stands_by

    def serve(self) -> Bridge:
        self.bridge = Bridge(self.path)
        return self.bridge

    def connect(self) -> Bridge:
        bridge = self.serve()
        self.publisher.start()
        run_until(self.loop, lambda: self.publisher.connected)
        bridge.accept()
        return bridge

    def run(self, condition: Callable[[], object]) -> None:
        run_until(self.loop, condition)

    def drain_into(self, bridge: Bridge, count: int) -> list[object]:
        """Run the loop, reading the bridge's end, until ``count`` packets came."""
        assert bridge.raw is not None
        bridge.raw.setblocking(False)
        got: list[object] = []

        def read() -> bool:
            assert bridge.end is not None
            with contextlib.suppress(BlockingIOError):
                got.extend(content(packet) for packet in bridge.end.receive())
            # The loop shall look again: it does not watch the bridge's end.
            self.loop.wake()
            return len(got) >= count

        self.run(read)
        bridge.raw.settimeout(30.0)
        return got

    def close(self) -> None:
        self.publisher.stop()
        if self.bridge is not None:
            self.bridge.close()
        self.loop.close()


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Rig, None, None]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def test_hello_is_the_first_word(rig: Rig) -> None:
    bridge = rig.connect()
    rig.publisher.send_status(Status(time_us=1))
    rig.publisher.publish(bundle(1, b"a"))
    assert bridge.read(3) == [Hello(session="s1"), Status(time_us=1), bundle(1, b"a")]
    assert rig.publisher.dropped == 0


def test_hello_again_when_the_cameras_have_changed(rig: Rig) -> None:
    bridge = rig.connect()
    rig.publisher.announce()
    assert bridge.read(2) == [Hello(session="s1"), Hello(session="s2")]


def test_the_demand_is_told(rig: Rig) -> None:
    bridge = rig.connect()
    bridge.send(Demand(cameras=None, max_fps=10.0))
    bridge.send(Demand(cameras=(1,), refresh=True))
    rig.run(lambda: len(rig.demands) == 2)
    assert rig.demands == [Demand(cameras=None, max_fps=10.0), Demand(cameras=(1,), refresh=True)]


def test_other_messages_and_bundles_of_the_bridge_are_passed_over(rig: Rig) -> None:
    bridge = rig.connect()
    assert bridge.end is not None
    bridge.end.send_text(b'{"type":"later"}')
    bridge.end.send(PacketKind.BUNDLE, [b"whatever"])
    bridge.send(Demand(cameras=(1,)))
    rig.run(lambda: rig.demands)
    assert rig.demands == [Demand(cameras=(1,))]
    assert rig.publisher.connected


def test_of_bundles_that_wait_the_newest_goes_with_the_pictures_it_lacks(rig: Rig) -> None:
    bridge = rig.connect()
    assert bridge.read(1) == [Hello(session="s1")]
    rig.publisher.publish(bundle(1, LARGE, b"x"))
    rig.publisher.publish(bundle(2, b"old", b"y"))
    rig.publisher.publish(bundle(3, b"", b"z"))
    rig.publisher.publish(bundle(4, b"", b""))
    assert rig.publisher.dropped == 2
    first, second = rig.drain_into(bridge, 2)
    assert isinstance(first, FrameBundle)
    assert first.seq == 1
    assert second == bundle(4, b"old", b"z")
    rig.publisher.publish(bundle(5, b"n", b""))
    assert bridge.read(1) == [bundle(5, b"n", b"")]


def test_a_status_that_waits_is_replaced_and_goes_before_the_bundle(rig: Rig) -> None:
    bridge = rig.connect()
    bridge.read(1)
    rig.publisher.publish(bundle(1, LARGE))
    rig.publisher.publish(bundle(2, b"a"))
    rig.publisher.send_status(Status(time_us=1))
    rig.publisher.send_status(Status(time_us=2))
    rig.publisher.announce()
    got = rig.drain_into(bridge, 4)
    assert got[1:] == [Hello(session="s2"), Status(time_us=2), bundle(2, b"a")]


def test_when_the_bridge_goes_the_demand_is_empty_and_nothing_is_kept(rig: Rig) -> None:
    bridge = rig.connect()
    bridge.send(Demand(cameras=None))
    rig.run(lambda: rig.demands)
    rig.publisher.publish(bundle(1, LARGE))
    rig.publisher.publish(bundle(2, b"a"))
    rig.publisher.send_status(Status(time_us=1))
    bridge.drop()
    rig.run(lambda: not rig.publisher.connected)
    assert rig.demands == [Demand(cameras=None), Demand()]
    rig.publisher.publish(bundle(3, b"b"))
    rig.publisher.send_status(Status(time_us=2))
    rig.run(lambda: rig.publisher.connected)
    bridge.accept()
    assert bridge.read(1) == [Hello(session="s2")]
    rig.publisher.publish(bundle(4, b"c"))
    assert bridge.read(1) == [bundle(4, b"c")]


def test_a_bridge_that_is_started_later_or_again_is_found(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "_RETRY_S", 0.001)
    rig.publisher.start()
    ticks: list[int] = []
    for delay in (0.002, 0.004, 0.006):
        rig.loop.call_later(delay, lambda: ticks.append(1))
    rig.run(lambda: len(ticks) == 3)
    assert not rig.publisher.connected
    for session in ("s1", "s2"):
        bridge = rig.serve()
        rig.run(lambda: rig.publisher.connected)
        bridge.accept()
        assert bridge.read(1) == [Hello(session=session)]
        if session == "s1":
            bridge.close()
            rig.run(lambda: not rig.publisher.connected)


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\nHost: camstrm\r\n\r\n", b"CSPK\x01\x10\x01\x00\x03\0\0\0\0\0\0\0{{{"],
)
def test_a_foreign_peer_is_left(rig: Rig, garbage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    bridge = rig.connect()
    assert bridge.raw is not None
    bridge.raw.sendall(garbage)
    rig.run(lambda: not rig.publisher.connected)
    assert rig.demands == [Demand()]
    assert f"socket {rig.path}: what listens there is no bridge: " in caplog.text
    rig.run(lambda: rig.publisher.connected)


def test_a_place_that_cannot_be_trusted_is_not_used(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(publisher_module, "time", clock)
    rig.publisher._alone_since_s = clock.monotonic() - 60.0
    rig.path.write_text("no socket")
    rig.publisher.start()
    assert not rig.publisher.connected
    assert "exists and is not a socket" in caplog.text
    rig.path.unlink()
    rig.serve()
    monkeypatch.setattr("camstrm.feed.socket_path._trusted", lambda *_: False)
    rig.publisher._connect()
    assert not rig.publisher.connected


def test_a_missing_bridge_is_told_after_a_while_and_then_seldom(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(publisher_module, "time", clock)
    rig.publisher._alone_since_s = clock.monotonic()
    for _ in range(325):
        rig.publisher._connect()
        assert rig.publisher._timer is not None
        rig.publisher._timer.cancel()
        clock.advance(0.2)
    told = [r.getMessage() for r in caplog.records]
    assert len(told) == 3, "at 2, 32 and 62 of 65 s"
    assert all("no bridge there" in line for line in told)


def test_stopped_before_and_after_it_is_connected(rig: Rig) -> None:
    rig.publisher.stop()
    rig.publisher.start()
    rig.publisher.stop()
    fired: list[int] = []
    rig.serve()
    rig.loop.call_later(0.001, lambda: fired.append(1))
    rig.run(lambda: fired)
    assert not rig.publisher.connected
    assert rig.demands == []


def test_a_refused_grabber_does_not_come_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(publisher_module, "_RETRY_S", 0.001)
    bridge = rig.connect()
    bridge.send(Refused("another grabber (pid 7)"))
    bridge.drop()
    rig.run(lambda: rig.refusals)
    assert str(rig.refusals[0]) == (
        f"the bridge at {rig.path} refused this grabber: another grabber (pid 7). Stop the other "
        "one first, or use a bridge of your own (--socket)"
    )
    later: list[int] = []
    rig.loop.call_later(0.02, lambda: later.append(1))
    rig.run(lambda: later)
    assert not rig.publisher.connected
    assert rig.hellos == 1
    assert rig.demands == [], "nothing that would start the cameras"
    assert "gone" not in caplog.text


def test_a_refusal_is_heard_also_when_sending_found_the_connection_closed(rig: Rig) -> None:
    bridge = rig.connect()
    bridge.read(1)
    bridge.send(Refused("another grabber (pid 7)"))
    bridge.drop()
    rig.publisher.send_status(Status(time_us=1))
    assert [error.reason for error in rig.refusals] == ["another grabber (pid 7)"]
    assert rig.demands == []


def test_a_grabber_on_standby_asks_more_and_more_seldom_and_says_so_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    pauses: list[float] = []
    call_later = rig.loop.call_later

    def at_once(delay_s: float, call: Callable[[], None]) -> Timer:
        if call == rig.publisher._reconnect:
            pauses.append(delay_s)
            delay_s = 0.0
        return call_later(delay_s, call)

    monkeypatch.setattr(rig.loop, "call_later", at_once)
    rig.stands_by = True
    bridge = rig.connect()
    for _ in range(6):
        rig.refusals.clear()
        bridge.send(Refused("another grabber (pid 7)"))
        bridge.drop()
        rig.run(lambda: rig.refusals and rig.publisher.connected)
        bridge.accept()
    assert pauses == [1.0, 2.0, 5.0, 10.0, 10.0, 10.0]
    bridge.send(Demand(cameras=None))
    rig.run(lambda: rig.demands)
    told = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert len(told) == 1
    assert told[0].endswith("(waiting for its end)")
    assert [r.getMessage() for r in caplog.records if r.levelname == "INFO"] == [
        f"connected to the bridge at {rig.path}",
        f"the bridge at {rig.path} has no other grabber any more",
    ]


def test_a_bridge_that_does_not_answer_keeps_nobody_waiting_for_ever(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "_ANSWER_S", 0.001)
    bridge = rig.connect()
    rig.run(lambda: rig.demands)
    assert rig.demands == [Demand()]
    bridge.send(Demand(cameras=None))
    rig.run(lambda: len(rig.demands) == 2)
    assert rig.publisher.connected


def test_an_orderly_end_is_announced(rig: Rig) -> None:
    bridge = rig.connect()
    rig.publisher.stop()
    assert bridge.read(2) == [Hello(session="s1"), Goodbye()]


def test_an_end_in_the_middle_of_a_bundle_waits_for_nobody(rig: Rig) -> None:
    rig.connect()
    rig.publisher.publish(bundle(1, LARGE))
    rig.publisher.stop()
    assert not rig.publisher.connected
