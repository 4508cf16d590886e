from __future__ import annotations

import asyncio

import pytest

from camstrm.bridge.viewers.pictures import FRESH_S, MAX_KEPT, LatestPictures
from camstrm.wire import MAX_CAMERAS, CameraFrame, CameraState, Encoding, FrameBundle
from tests.fakes.clock import Clock


def picture(camera: int, payload: bytes, capture_time_us: int = 1000) -> CameraFrame:
    return CameraFrame(
        camera,
        CameraState.STREAMING,
        Encoding.JPEG,
        capture_time_us=capture_time_us,
        width=8,
        payload=payload,
    )


def without(camera: int, state: int = CameraState.STREAMING, since_us: int = 0) -> CameraFrame:
    return CameraFrame(camera, state, state_since_us=since_us)


def bundle(*frames: CameraFrame) -> FrameBundle:
    return FrameBundle(1, 0, frames)


@pytest.fixture
def pictures(clock: Clock) -> LatestPictures:
    return LatestPictures(clock)


def test_newest_of_each_camera(pictures: LatestPictures) -> None:
    pictures.add(bundle(picture(0, b"a"), picture(1, b"b")))
    pictures.add(bundle(picture(0, b"c"), without(1)))
    found = [pictures.get(i) for i in range(3)]
    assert [p and bytes(p.frame.payload) for p in found] == [b"c", b"b", None]
    pictures.keep_only({1})
    assert pictures.get(0) is None
    assert pictures.get(1) is not None


def test_invented_cameras_do_not_fill_the_memory(pictures: LatestPictures) -> None:
    for first in range(0, 2 * MAX_KEPT, 100):
        pictures.add(bundle(*(picture(i, b"x") for i in range(first, first + 100))))
    kept = [i for i in range(2 * MAX_KEPT) if pictures.get(i) is not None]
    assert kept == list(range(MAX_KEPT))
    assert len(pictures.ages.cameras) == MAX_CAMERAS
    pictures.add(bundle(picture(0, b"new")))
    newest = pictures.get(0)
    assert newest is not None
    assert newest.frame.payload == b"new"


def test_completed_for_a_viewer_that_comes(pictures: LatestPictures) -> None:
    pictures.add(bundle(picture(0, b"a"), picture(1, b"b")))
    whole = pictures.completed(
        bundle(picture(0, b"new"), without(1, CameraState.STALLED, 900), without(2))
    )
    assert [bytes(f.payload) for f in whole.frames] == [b"new", b"b", b""]
    assert (whole.frames[1].state, whole.frames[1].state_since_us) == (CameraState.STALLED, 900)


def test_picture_from_before_the_present_state_is_left_out(pictures: LatestPictures) -> None:
    pictures.add(bundle(picture(0, b"a", capture_time_us=1000)))
    newest = bundle(without(0, CameraState.STREAMING, since_us=1001))
    assert pictures.completed(newest) == newest


def test_old_picture_is_not_fresh(pictures: LatestPictures, clock: Clock) -> None:
    pictures.add(bundle(picture(0, b"a")))
    clock.now += FRESH_S
    assert pictures.fresh(0)
    clock.now += 0.01
    assert not pictures.fresh(0)
    assert not pictures.fresh(1)
    assert pictures.completed(bundle(without(0))) == bundle(without(0))


async def test_waiting_for_the_next(pictures: LatestPictures, clock: Clock) -> None:
    pictures.add(bundle(picture(0, b"before")))
    waiting = [
        asyncio.create_task(pictures.next_after(0, clock.now, 5)),
        asyncio.create_task(pictures.next_after(0, clock.now, 5)),
    ]
    await asyncio.sleep(0)
    clock.now += 0.1
    pictures.add(bundle(without(0), picture(1, b"other")))
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    pictures.add(bundle(picture(0, b"after")))
    for task in waiting:
        found = await task
        assert found is not None
        assert bytes(found.frame.payload) == b"after"
    assert await pictures.next_after(0, 50.0, 5) is not None, "there is one already"


async def test_waiting_in_vain(pictures: LatestPictures) -> None:
    assert await pictures.next_after(0, 0.0, 0.01) is None
    pictures.add(bundle(picture(0, b"late")))
