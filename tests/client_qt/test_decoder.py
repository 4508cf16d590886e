from __future__ import annotations

import gc
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject

from camstrm.wire import CameraFrame
from client_qt.model.pixel_budget import PixelBudget
from client_qt.session.decoder import PictureDecoder, PictureJob, PictureResult, usual_workers
from client_qt.session.picture import DecodedPicture, decode_picture
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.pictures.viewer_pictures import grey_jpeg, picture_frame

JPEG = grey_jpeg(64, 48)


def job(ticket: int, camera: int = 0, payload: bytes = JPEG) -> PictureJob:
    return PictureJob(ticket, picture_frame(camera, payload, 64, 48))


class HeldDecode:
    """Decoding that waits until the test lets it go."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.started = threading.Semaphore(0)
        self.at_once: list[int] = []
        self.running: set[int] = set()
        self.thread_names: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        with self._lock:
            assert frame.camera_index not in self.running, "two pictures of one camera at once"
            self.running.add(frame.camera_index)
            self.at_once.append(len(self.running))
            self.thread_names.add(threading.current_thread().name)
        self.started.release()
        assert self.release.wait(30)
        with self._lock:
            self.running.discard(frame.camera_index)
        return decode_picture(frame, view_size)


@pytest.fixture
def held() -> Iterator[HeldDecode]:
    decode = HeldDecode()
    yield decode
    decode.release.set()


@pytest.fixture
def make(held: HeldDecode) -> Iterator[Callable[..., PictureDecoder]]:
    made: list[PictureDecoder] = []

    def build(
        *,
        decode: Callable[[CameraFrame, tuple[int, int]], DecodedPicture] = decode_picture,
        workers: int = 2,
        budget: PixelBudget | None = None,
    ) -> PictureDecoder:
        decoder = PictureDecoder(decode=decode, workers=workers, budget=budget)
        decoder.start()
        made.append(decoder)
        return decoder

    yield build
    held.release.set()
    assert all(decoder.close() for decoder in made)


class Collector(QObject):
    """Takes results in the UI thread, as the session does."""

    def __init__(self, decoder: PictureDecoder) -> None:
        super().__init__(decoder)
        self.results: list[PictureResult] = []
        self.dropped: Counter[int] = Counter()
        self._decoder = decoder
        decoder.ready.connect(self.take)

    def take(self) -> None:
        assert threading.current_thread() is threading.main_thread()
        results, dropped = self._decoder.take()
        self.results.extend(results)
        self.dropped.update(dropped)


def collect(decoder: PictureDecoder) -> list[PictureResult]:
    return Collector(decoder).results


def test_pictures_come_out_in_other_threads(
    make: Callable[..., PictureDecoder], wait_until: WaitUntil
) -> None:
    seen: list[int] = []

    def decode(frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        seen.append(threading.get_ident())
        return decode_picture(frame, view_size)

    decoder = make(decode=decode)
    results = collect(decoder)
    for camera in range(3):
        decoder.submit(job(1, camera))
    wait_until(lambda: len(results) == 3)
    assert threading.get_ident() not in seen
    assert all(r.picture is not None and r.picture.image.width() == 64 for r in results)


def test_newest_wins_and_never_more_than_one_waits(
    make: Callable[..., PictureDecoder], held: HeldDecode, wait_until: WaitUntil
) -> None:
    decoder = make(decode=held)
    collector = Collector(decoder)
    results = collector.results
    decoder.submit(job(0))
    assert held.started.acquire(timeout=30)
    for ticket in range(1, 1001):
        decoder.submit(job(ticket))
        assert len(decoder._pending) <= 1
    held.release.set()
    wait_until(lambda: results and results[-1].job.ticket == 1000)
    assert [r.job.ticket for r in results if 0 < r.job.ticket < 1000] == []
    assert collector.dropped[0] + len(results) == 1001, "each picture is shown or counted"
    assert decoder.take() == ([], {}), "none is counted twice"


def test_cameras_are_decoded_side_by_side_but_each_one_in_order(
    make: Callable[..., PictureDecoder], held: HeldDecode, wait_until: WaitUntil
) -> None:
    decoder = make(decode=held)
    results = collect(decoder)
    decoder.submit(job(0, camera=0))
    assert held.started.acquire(timeout=30)
    decoder.submit(job(1, camera=0))
    decoder.submit(job(1, camera=1))
    assert held.started.acquire(timeout=30), "camera 1 does not wait for camera 0"
    assert held.running == {0, 1}
    held.release.set()
    wait_until(lambda: {(r.job.key, r.job.ticket) for r in results} >= {(0, 1), (1, 1)})
    assert max(held.at_once) == 2
    assert held.thread_names == {"camstrm-decode-0", "camstrm-decode-1"}


def test_cameras_take_turns_however_fast_new_pictures_come(
    make: Callable[..., PictureDecoder],
) -> None:
    turn, decoded = threading.Semaphore(0), threading.Semaphore(0)
    order: list[int] = []

    def decode(frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        order.append(frame.camera_index)
        decoded.release()
        assert turn.acquire(timeout=30)
        return decode_picture(frame, view_size)

    decoder = make(decode=decode, workers=1)
    for ticket in range(9):
        decoder.submit(*(job(ticket, camera) for camera in range(3)))
        if ticket:
            turn.release()
        assert decoded.acquire(timeout=30)
    turn.release(100)
    assert order[:9] == [0, 1, 2] * 3


@pytest.mark.parametrize(("processors", "workers"), [(1, 1), (2, 1), (3, 2), (64, 2)])
def test_the_ui_thread_keeps_a_processor(processors: int, workers: int) -> None:
    assert usual_workers(processors) == workers


def test_results_that_nobody_takes_do_not_pile_up(make: Callable[..., PictureDecoder]) -> None:
    alive: weakref.WeakSet[DecodedPicture] = weakref.WeakSet()
    finished = threading.Semaphore(0)

    def decode(frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        picture = decode_picture(frame, view_size)
        alive.add(picture)
        finished.release()
        return picture

    decoder = make(decode=decode)
    for ticket in range(100):
        decoder.submit(job(ticket))
        assert finished.acquire(timeout=30)
    gc.collect()
    # One ready, one that is just being handed over, one in the worker's hands.
    assert len(alive) <= 3


def test_damaged_picture_is_a_result_with_a_problem(
    make: Callable[..., PictureDecoder], wait_until: WaitUntil
) -> None:
    decoder = make(decode=decode_picture)
    results = collect(decoder)
    decoder.submit(job(0, payload=b"garbage"))
    wait_until(lambda: results)
    assert results[0].picture is None
    assert "not a JPEG" in results[0].problem
    decoder.submit(job(1))
    wait_until(lambda: len(results) == 2)
    assert results[1].picture is not None


def test_worker_outlives_any_error(
    make: Callable[..., PictureDecoder], wait_until: WaitUntil
) -> None:
    def decode(frame: CameraFrame, view_size: tuple[int, int]) -> DecodedPicture:
        if len(frame.payload) == 1:
            raise ZeroDivisionError("surprise")
        return decode_picture(frame, view_size)

    decoder = make(decode=decode)
    results = collect(decoder)
    for ticket in range(3):
        decoder.submit(job(ticket, camera=ticket, payload=b"x"))
    wait_until(lambda: len(results) == 3)
    assert results[0].problem == "ZeroDivisionError: surprise"
    decoder.submit(job(9))
    wait_until(lambda: results[-1].picture is not None)


def test_forget_drops_what_belongs_to_the_last_connection(
    make: Callable[..., PictureDecoder], held: HeldDecode, wait_until: WaitUntil
) -> None:
    decoder = make(decode=held)
    results = collect(decoder)
    decoder.submit(job(5))
    assert held.started.acquire(timeout=30)
    decoder.submit(job(6))
    decoder.forget(7)
    held.release.set()
    decoder.submit(job(7))
    wait_until(lambda: results)
    assert [r.job.ticket for r in results] == [7]


def test_close_tells_when_a_thread_hangs(held: HeldDecode) -> None:
    decoder = PictureDecoder(decode=held)
    decoder.start()
    decoder.submit(job(0))
    assert held.started.acquire(timeout=30)
    assert decoder.close(timeout_s=0.01) is False
    held.release.set()
    assert decoder.close() is True
    decoder.submit(job(1))
    assert decoder.take() == ([], {})


def test_close_without_start() -> None:
    assert PictureDecoder().close() is True


def test_all_pictures_of_all_servers_share_one_memory(
    make: Callable[..., PictureDecoder], wait_until: WaitUntil
) -> None:
    budget = PixelBudget(3 * 64 * 48)
    one, other = make(budget=budget), make(budget=budget)
    first, second = Collector(one), Collector(other)
    one.submit(job(0, camera=0), job(0, camera=1))
    wait_until(lambda: len(first.results) == 2)
    other.submit(job(0, camera=0))
    wait_until(lambda: len(second.results) == 1)
    assert budget.total == 3 * 64 * 48
    other.submit(job(1, camera=5))
    wait_until(lambda: len(second.results) == 2)
    refused = second.results[1]
    assert refused.picture is None
    assert "all pictures together are too large" in refused.problem
    one.submit(job(1, camera=0))
    wait_until(lambda: len(first.results) == 3)
    assert first.results[2].picture is not None, "a newer picture takes the place of its older one"
    one.release([0])
    other.submit(job(2, camera=5))
    wait_until(lambda: len(second.results) == 3)
    assert second.results[2].picture is not None
    one.close()
    assert budget.total == 2 * 64 * 48


def test_a_small_place_needs_little_room(
    make: Callable[..., PictureDecoder], wait_until: WaitUntil
) -> None:
    decoder = make(budget=PixelBudget(16 * 12))
    results = Collector(decoder).results
    decoder.submit(PictureJob(0, picture_frame(0, JPEG, 64, 48), (16, 12)))
    wait_until(lambda: results)
    assert results[0].picture is not None
    assert results[0].picture.pixels.shape == (12, 16, 4)
