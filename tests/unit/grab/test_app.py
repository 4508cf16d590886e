from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from camstrm.config import CameraSettings, Config, ProducerSettings, StreamSettings
from camstrm.errors import BridgeTakenError
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.grab import app as app_module
from camstrm.grab.app import Grabber
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.profiles import load_profiles
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    CameraState,
    Demand,
    FrameBundle,
    Hello,
    PacketKind,
    Refused,
    Status,
    decode_bundle,
)
from tests.fakes.grabber.camera_process import stand_in_environment

LONG_S = 30.0


class Running:
    """A grabber in a thread, with stand-ins for its camera processes, and its bridge."""

    def __init__(self, folder: Path, python: str) -> None:
        path = folder / "b.sock"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(LONG_S)
        self.path = str(path)
        self.config = Config(
            stream=StreamSettings(fps=50.0),
            cameras=(
                CameraSettings(serial="A", name="left"),
                CameraSettings(serial="B", name="right"),
            ),
            producers=(
                ProducerSettings(cti="/opt/x.cti", python=python, env=stand_in_environment()),
            ),
        )
        self.standby = False
        self.made = threading.Event()
        self.thread = threading.Thread(target=self._run, name="grabber")
        self.error: BridgeTakenError | None = None
        self.end: BlockingPacketSocket | None = None

    def _run(self) -> None:
        try:
            asyncio.run(self._grab())
        except BridgeTakenError as error:
            self.error = error

    async def _grab(self) -> None:
        self.grabber = Grabber(
            self.config, load_profiles(), self.path, log_level="ERROR", standby=self.standby
        )
        self.made.set()
        await self.grabber.run()

    def start(self) -> None:
        """Start it and give it the bridge's place: a demand, though nobody watches."""
        self.connect()
        self.send(Demand())

    def connect(self) -> None:
        self.thread.start()
        sock, _ = self.listener.accept()
        self.end = BlockingPacketSocket(sock, LONG_S)

    def read(self) -> list[Any]:
        assert self.end is not None
        return [
            decode_bundle(p.payload) if p.kind is PacketKind.BUNDLE else FEED_UP.decode(p.payload)
            for p in self.end.receive()
        ]

    def send(self, message: Demand | Refused) -> None:
        assert self.end is not None
        self.end.send_text(FEED_DOWN.encode(message))

    def stop(self) -> None:
        if self.thread.ident is not None:
            assert self.made.wait(LONG_S)
            self.grabber.stop()
            self.thread.join(LONG_S)
            assert not self.thread.is_alive()
        if self.end is not None:
            self.end.close()
        self.listener.close()


@pytest.fixture
def running(
    tmp_path: Path, stand_in: str, monkeypatch: pytest.MonkeyPatch
) -> Generator[Running, None, None]:
    monkeypatch.setattr(app_module, "_STATUS_S", 0.05)
    running = Running(tmp_path, stand_in)
    yield running
    running.stop()


def test_hello_then_status_and_bundles_on_demand(running: Running) -> None:
    running.start()
    first, *rest = running.read() or running.read()
    assert isinstance(first, Hello)
    assert [(c.index, c.name, c.serial) for c in first.cameras] == [
        (0, "left", "A"),
        (1, "right", "B"),
    ]
    assert first.limits.stream_fps == 50.0
    status = Status(0)
    while not all(c.state == CameraState.STREAMING for c in status.cameras) or not status.cameras:
        rest += running.read()
        assert not any(isinstance(m, FrameBundle) for m in rest), "nobody watches yet"
        status = next((m for m in reversed(rest) if isinstance(m, Status)), status)
    running.send(Demand(cameras=None))
    bundles: list[FrameBundle] = []
    # On a busy machine a bundle's time may be over before its pictures are there.
    while len(bundles) < 3 or not all(len(frame.payload) for frame in bundles[-1].frames):
        bundles += [m for m in running.read() if isinstance(m, FrameBundle)]
    assert {len(bundle.frames) for bundle in bundles} == {2}
    while not status.bundles:
        status = next((m for m in running.read() if isinstance(m, Status)), status)
    assert status.bundles_dropped == 0


def test_hello_again_when_the_cameras_are_known(running: Running) -> None:
    running.start()
    hellos: list[Hello] = []
    while not hellos or hellos[-1].cameras[1].model != "Model" or not hellos[-1].cameras[0].model:
        hellos += [m for m in running.read() if isinstance(m, Hello)]
    assert len(hellos) > 1
    assert len({hello.session for hello in hellos}) == 1


def test_a_refused_grabber_ends_without_having_touched_a_camera(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(Supervisor, "start", lambda *_: started.append(True))
    running.connect()
    hello, *_ = running.read()
    assert isinstance(hello, Hello)
    assert [c.name for c in hello.cameras] == ["left", "right"]
    while not any(isinstance(message, Status) for message in running.read()):
        pass
    running.send(Refused("another grabber (pid 7)"))
    running.thread.join(LONG_S)
    assert running.error is not None
    assert running.error.reason == "another grabber (pid 7)"
    assert not started


def test_a_grabber_on_standby_opens_its_cameras_when_the_other_one_has_ended(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camstrm.feed.sender._STAND_BY_S", (0.01,))
    started = threading.Event()
    monkeypatch.setattr(Supervisor, "start", lambda *_: started.set())
    running.standby = True
    running.connect()
    running.send(Refused("another grabber (pid 7)"))
    assert running.end is not None
    running.end.close()
    sock, _ = running.listener.accept()
    assert not started.is_set()
    running.end = BlockingPacketSocket(sock, LONG_S)
    running.send(Demand())
    assert started.wait(LONG_S)
    running.send(Refused("another grabber (pid 8)"))
    running.thread.join(LONG_S)
    assert running.error is not None, "now it has cameras, which it gives back"


async def test_each_grabber_is_a_session_of_its_own(tmp_path: Path) -> None:
    config = Config(producers=(ProducerSettings(cti="/opt/x.cti"),))
    one, other = (Grabber(config, load_profiles(), str(tmp_path / "b.sock")) for _ in range(2))
    assert one._session != other._session


async def test_stopped_before_it_runs_and_after_its_end(running: Running) -> None:
    grabber = Grabber(running.config, load_profiles(), running.path)
    grabber.stop()
    await grabber.run()
    grabber.stop()


def test_a_signal_may_come_when_the_loop_is_closed(running: Running) -> None:
    async def make() -> Grabber:
        return Grabber(running.config, load_profiles(), running.path)

    asyncio.run(make()).stop()


def test_an_error_in_a_callback_ends_it(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left undone, nobody knows: a new grabber is better than half of one."""

    def fail(_grabber: Grabber) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Grabber, "_send_status", fail)

    async def grab() -> None:
        await Grabber(running.config, load_profiles(), running.path, log_level="ERROR").run()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(grab())
