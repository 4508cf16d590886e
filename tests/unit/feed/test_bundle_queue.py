from __future__ import annotations

import pytest

from camstrm.feed.bundle_queue import BundleBacklog, BundleQueue, NewestBundle
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle


def bundle(seq: int, *pictures: bytes) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return FrameBundle(seq, seq, frames)


SIZE = bundle(1, b"x").size


@pytest.fixture(params=[NewestBundle, lambda: BundleBacklog(3 * SIZE)])
def queue(request: pytest.FixtureRequest) -> BundleQueue:
    made: BundleQueue = request.param()
    return made


def test_one_by_one(queue: BundleQueue) -> None:
    assert queue.take() is None
    for seq in (1, 2):
        queue.put(bundle(seq, b"x"))
        assert queue.take() == bundle(seq, b"x")
        assert queue.take() is None
    assert queue.dropped == 0


def test_what_is_forgotten_is_not_counted(queue: BundleQueue) -> None:
    for _ in range(2):
        queue.put(bundle(1, b"x"))
        queue.clear()
        assert queue.take() is None
        queue.put(bundle(2, b"y"))
        assert queue.take() == bundle(2, b"y")
    assert queue.dropped == 0


def test_the_newest_has_the_pictures_of_those_it_replaced() -> None:
    queue = NewestBundle()
    queue.put(bundle(1, b"a", b"old"))
    queue.put(bundle(2, b"", b"b"))
    queue.put(bundle(3, b"", b""))
    assert queue.dropped == 2
    assert queue.take() == bundle(3, b"a", b"b")


def test_a_backlog_keeps_the_order_and_counts_what_does_not_fit() -> None:
    queue = BundleBacklog(3 * SIZE)
    for seq in range(1, 6):
        queue.put(bundle(seq, b"x"))
    assert queue.dropped == 2
    assert queue.take() == bundle(1, b"x")
    queue.put(bundle(6, b"xx"))
    assert queue.dropped == 3, "one byte too many"
    queue.put(bundle(7, b"y"))
    taken = [queue.take() for _ in range(4)]
    assert taken == [bundle(2, b"x"), bundle(3, b"x"), bundle(7, b"y"), None]
    queue.put(bundle(8, b"x" * 3 * SIZE))
    assert queue.dropped == 4
    assert queue.take() is None
