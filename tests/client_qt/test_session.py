from __future__ import annotations

import functools
import gc
import random
import threading
import weakref
from collections.abc import Iterator

import pytest

from camstrm.client.address import parse_address
from camstrm.client.reconnect import reconnect_pauses
from camstrm.repeat_log import RepeatLog
from camstrm.wire import CameraFrame, CameraState, Hello, Status
from client_qt.model.viewer_model import Connection
from client_qt.session import session as session_module
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.picture import DecodedPicture, decode_picture
from client_qt.session.session import StreamSession
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil
from tests.fakes.clock import Clock
from tests.fakes.pictures.viewer_pictures import (
    BASE_US,
    bundle,
    grey_jpeg,
    picture_frame,
    state_frame,
)

JPEG = grey_jpeg(64, 48)
HELLO = Hello("s1", cameras=THREE_CAMERAS)


class Bench:
    """A session against a scripted server, with what came out of it."""

    def __init__(self) -> None:
        self.server = ViewerServer(hello=HELLO)
        self.decoded_in: set[int] = set()
        self.shown_in: set[int] = set()
        self.sizes: list[tuple[int, int]] = []
        self.alive: weakref.WeakSet[DecodedPicture] = weakref.WeakSet()
        self.held = threading.Event()
        self.held.set()
        self.shown: list[int] = []
        self.on_screen: dict[int, DecodedPicture] = {}
        self.gone: list[int] = []
        backoff = reconnect_pauses(random.Random(1))
        self.client = StreamClient(parse_address(self.server.url), backoff=backoff)
        self.decoder = PictureDecoder(decode=self._decode)
        self.session = StreamSession(self.client, self.decoder)
        self.session.picture_ready.connect(self._on_picture)
        self.session.cameras_changed.connect(self.gone.extend)

    def _decode(self, frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        self.decoded_in.add(threading.get_ident())
        self.sizes.append(view_size)
        assert self.held.wait(30)
        picture = decode_picture(frame, view_size)
        self.alive.add(picture)
        return picture

    def _on_picture(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        self.shown.append(frame.camera_index)
        self.shown_in.add(threading.get_ident())
        self.on_screen[frame.camera_index] = picture

    def acked(self, seq: int) -> bool:
        return self.server.acks[-1:] == [seq]

    def close(self) -> None:
        self.held.set()
        assert self.session.close()
        for part in (self.session, self.decoder, self.client):
            part.deleteLater()
        self.server.close()


@pytest.fixture
def bench(wait_until: WaitUntil) -> Iterator[Bench]:
    bench = Bench()
    bench.session.start()
    try:
        wait_until(lambda: bench.session.model.hello)
        yield bench
    finally:
        bench.close()


def three(seq: int) -> tuple[CameraFrame, ...]:
    return tuple(
        picture_frame(i, JPEG, 64, 48, capture_time_us=BASE_US + seq * 33_333) for i in range(3)
    )


def test_pictures_arrive_and_every_bundle_is_acknowledged(
    bench: Bench, wait_until: WaitUntil
) -> None:
    for seq in range(1, 11):
        bench.server.send_bundle(bundle(seq, *three(seq)))
        wait_until(functools.partial(bench.acked, seq))
    assert bench.server.acks == list(range(1, 11))
    assert sorted(bench.shown) == sorted([0, 1, 2] * 10)


def test_ui_thread_does_not_decode(bench: Bench, wait_until: WaitUntil) -> None:
    bench.server.send_bundle(bundle(1, *three(1)))
    wait_until(lambda: bench.server.acks)
    assert bench.decoded_in
    assert threading.get_ident() not in bench.decoded_in
    assert bench.shown_in == {threading.get_ident()}


def test_no_ack_before_the_pictures_are_shown(bench: Bench, wait_until: WaitUntil) -> None:
    bench.held.clear()
    bench.server.send_bundle(bundle(1, *three(1)))
    wait_until(lambda: bench.sizes)
    assert bench.server.acks == []
    bench.held.set()
    wait_until(lambda: bench.server.acks == [1])
    assert sorted(bench.shown) == [0, 1, 2]


def test_bundle_without_pictures_is_acknowledged_too(bench: Bench, wait_until: WaitUntil) -> None:
    bench.server.send_bundle(bundle(5, *(state_frame(i, CameraState.LOST) for i in range(3))))
    wait_until(lambda: bench.server.acks == [5])
    assert bench.session.model.cameras[1].state == CameraState.LOST


def test_damaged_pictures_are_counted_logged_as_a_sum_and_acknowledged(
    bench: Bench, wait_until: WaitUntil, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    bench.session._bad_pictures = RepeatLog(session_module._log, clock=clock)
    for seq in range(1, 5):
        clock.now = 0.5 if seq < 4 else 1.5
        bad = picture_frame(0, b"garbage", 64, 48)
        bench.server.send_bundle(bundle(seq, bad, *three(seq)[1:]))
        wait_until(functools.partial(bench.acked, seq))
    camera = bench.session.model.cameras[0]
    assert camera.failed == 4
    assert "not a JPEG" in camera.last_problem
    assert bench.session.model.cameras[1].failed == 0
    first, second = (r.getMessage() for r in caplog.records if "decoded" in r.message)
    assert first.startswith("a picture could not be decoded: picture of camera 0: not a JPEG")
    assert second.endswith("(and 2 more such since the last line)")


def test_flood_is_dropped_counted_and_bounded(bench: Bench, wait_until: WaitUntil) -> None:
    bench.held.clear()
    for seq in range(1, 201):
        bench.server.send_bundle(bundle(seq, *three(seq)))
    wait_until(lambda: bench.session.model.bundles.rate(bench.session.clock() + 1) > 0)
    wait_until(lambda: len(bench.session._acks._open) and bench.session._acks.next_ticket == 200)
    assert len(bench.session._acks._open) <= 200
    bench.held.set()
    wait_until(lambda: bench.server.acks[-1:] == [200])
    dropped = sum(c.dropped for c in bench.session.model.cameras.values())
    assert dropped + len(bench.shown) == 600
    assert dropped > 500
    assert len(bench.session._acks._open) == 0


def test_memory_holds_few_pictures_per_camera(bench: Bench, wait_until: WaitUntil) -> None:
    most = 0
    for seq in range(1, 101):
        bench.server.send_bundle(bundle(seq, *three(seq)))
        wait_until(functools.partial(bench.acked, seq))
        most = max(most, len(bench.alive))
    gc.collect()
    assert len(bench.alive) <= 3 + 2, "one on the screen per camera, one in each worker's hands"
    assert most <= 3 * 4


def test_only_wanted_cameras_are_decoded(bench: Bench, wait_until: WaitUntil) -> None:
    bench.session.want([1])
    bench.server.send_bundle(bundle(1, *three(1)))
    wait_until(lambda: bench.server.acks == [1])
    assert bench.shown == [1]
    assert bench.server.subscriptions == [(1,)]
    bench.session.want(())
    assert not bench.session.model.wants_pictures


def test_view_size_reaches_the_decoder(bench: Bench, wait_until: WaitUntil) -> None:
    bench.session.set_view_size(2, (320, 240))
    bench.server.send_bundle(bundle(1, three(1)[2]))
    wait_until(lambda: bench.server.acks)
    assert bench.sizes == [(320, 240)]


def test_dead_server_and_a_new_one(bench: Bench, wait_until: WaitUntil) -> None:
    model = bench.session.model
    bench.server.send_bundle(bundle(900, *three(1)))
    wait_until(lambda: bench.server.acks == [900])
    port = bench.server.port
    bench.server.close()
    wait_until(lambda: model.connection(bench.session.clock()) is Connection.LOST)
    assert model.cameras[0].shown_at is not None
    other = Hello("s2", cameras=(*THREE_CAMERAS[:2],))
    bench.server = ViewerServer(port, hello=other)
    wait_until(lambda: model.hello == other)
    assert bench.gone == [2]
    bench.server.send_bundle(bundle(1, *three(2)))
    wait_until(lambda: bench.server.acks == [1])
    assert sorted(bench.shown[3:]) == [0, 1]


def test_new_grabber_behind_the_same_server_gets_no_old_acks(
    bench: Bench, wait_until: WaitUntil
) -> None:
    bench.held.clear()
    bench.server.send_bundle(bundle(900, *three(1)))
    wait_until(lambda: bench.sizes)
    bench.server.send(Hello("s2", cameras=THREE_CAMERAS))
    wait_until(lambda: bench.session.model.hello and bench.session.model.hello.session == "s2")
    bench.held.set()
    bench.server.send_bundle(bundle(1, *three(2)))
    wait_until(lambda: bench.server.acks)
    assert bench.server.acks == [1]


def test_status_reaches_the_model(bench: Bench, wait_until: WaitUntil) -> None:
    bench.server.send(Status(BASE_US, input="none"))
    wait_until(lambda: bench.session.model.status)
    assert bench.session.model.connection(bench.session.clock()) is Connection.NO_INPUT


def test_server_without_hello(wait_until: WaitUntil) -> None:
    bench = Bench()
    bench.server.hello = None
    bench.session.start()
    try:
        wait_until(lambda: bench.server.viewers and bench.client.is_open)
        bench.server.send_bundle(bundle(1, *three(1)))
        wait_until(lambda: len(bench.shown) == 3)
        assert bench.session.model.cameras[2].info.name == "camera 2"
    finally:
        bench.close()
