from __future__ import annotations

from camstrm.bridge.viewers.picture_ages import PictureAges
from camstrm.camera_state import CameraState
from camstrm.histogram import Histogram
from camstrm.wire import CameraFrame, FrameBundle

NOW_US = 1_700_000_000_000_000


def frame(index: int, taken_ms: float, encoded_ms: float, **fields: object) -> CameraFrame:
    return CameraFrame(
        index,
        CameraState.STREAMING,
        capture_time_us=NOW_US - round(taken_ms * 1000),
        encoded_time_us=NOW_US - round(encoded_ms * 1000),
        **{"payload": b"jpeg", **fields},  # type: ignore[arg-type]
    )


def bundle(*frames: CameraFrame) -> FrameBundle:
    return FrameBundle(1, NOW_US - 12_000, frames)


def below(histogram: Histogram) -> str:
    """Return the bound of the only value."""
    return next(bound for bound, count in histogram.buckets() if count)


def test_the_age_of_a_picture_is_that_of_its_capture() -> None:
    ages = PictureAges(lambda: NOW_US)
    ages.add(bundle(frame(0, 30, 22), frame(3, 400, 1)))
    assert below(ages.bundles) == "0.02"
    assert (below(ages.cameras[0].encoded), below(ages.cameras[0].received)) == ("0.01", "0.035")
    assert (below(ages.cameras[3].encoded), below(ages.cameras[3].received)) == ("0.5", "0.5")
    assert {ages.cameras[i].received.count for i in (0, 3)} == {1}


def test_what_is_no_whole_picture_does_not_count() -> None:
    ages = PictureAges(lambda: NOW_US)
    view = frame(0, 30, 20, view=7)
    without = frame(0, 30, 20, payload=b"")
    timeless = CameraFrame(0, CameraState.STREAMING, payload=b"jpeg")
    ages.add(bundle(view, without, timeless))
    assert not ages.cameras
    assert ages.bundles.count == 1


def test_cameras_that_are_no_more_are_forgotten() -> None:
    ages = PictureAges(lambda: NOW_US)
    ages.add(bundle(frame(0, 30, 20), frame(1, 30, 20)))
    ages.keep_only((1,))
    assert list(ages.cameras) == [1]
