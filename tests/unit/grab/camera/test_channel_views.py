"""Views of a camera: which entries they have, and of which frame."""

from __future__ import annotations

import numpy as np
import pytest

from camstrm.camera_state import CameraCondition
from camstrm.errors import ImageError, PayloadSizeError, UnsupportedPixelFormatError
from camstrm.wire import CameraState, Encoding, FrameRequest, Region, View
from tests.fakes.clock import FakeClock
from tests.fakes.grabber.channel_rig import HB_MONO8, MONO8, Rig

SMALL, PART = View(4, max_width=80), View(4, Region(1, 0, 1, 2), max_width=640)
OUTSIDE = View(4, Region(800, 0, 64, 64))


def test_views_come_behind_the_whole_picture_and_say_what_they_show(rig: Rig) -> None:
    rig.worker.give()
    whole, small, part = rig.entries(SMALL, View(5), PART, whole=True)
    assert [f.payload for f in (whole, small, part)] == [b"jpeg 1", b"jpeg 1 80", b"jpeg 1 640"]
    assert [f.view for f in (whole, small, part)] == [0, SMALL.id, PART.id]
    assert (whole.x, whole.y, whole.region_width, whole.region_height) == (0, 0, 0, 0)
    for frame in (small, part):
        assert (frame.x, frame.y, frame.region_width, frame.region_height) == (0, 0, 3, 2)
        assert (frame.source_width, frame.source_height, frame.frame_id) == (3, 2, 17)
        assert (frame.encoding, frame.pixel_format) == (Encoding.JPEG, MONO8)
        assert (frame.state, frame.state_since_us) == (CameraState.STREAMING, 5)
    assert rig.worker.statistics.encoded == 1, "frames are counted, not pictures"
    assert (rig.encoder.frames, rig.worker.released) == (1, 1)


def test_a_camera_that_is_only_viewed_has_entries_of_its_views_alone(rig: Rig) -> None:
    rig.worker.give()
    assert [frame.view for frame in rig.entries(SMALL)] == [SMALL.id]
    assert rig.worker.statistics.encoded == 1
    assert rig.entries() == []


def test_a_new_view_gets_a_picture_although_the_frame_is_not_new(rig: Rig) -> None:
    rig.worker.give()
    assert rig.picture().payload
    whole, small = rig.entries(SMALL, whole=True)
    assert (whole.payload, small.payload) == (b"", b"jpeg 2 80")
    whole, small, part = rig.entries(SMALL, PART, whole=True)
    assert [f.payload for f in (whole, small, part)] == [b"", b"", b"jpeg 3 640"]
    assert [f.payload for f in rig.entries(SMALL, PART)] == [b"", b""]
    (small,) = rig.entries(SMALL)
    assert not small.payload
    assert rig.entries(SMALL, PART)[1].payload == b"jpeg 4 640", "it was left, and is wished again"
    assert rig.worker.statistics.encoded == 1
    assert rig.worker.released == rig.encoder.frames == 4


def test_a_whole_picture_is_never_older_than_the_frame_that_views_took(rig: Rig) -> None:
    rig.worker.give()
    assert rig.picture().payload == b"jpeg 1"
    rig.worker.give(frame_id=18)
    rig.entries(SMALL)
    frame = rig.picture(refresh=True)
    assert (frame.payload, frame.frame_id) == (b"jpeg 3", 18)


def test_a_refresh_gives_the_last_pictures_of_views_too(rig: Rig) -> None:
    rig.worker.give()
    rig.entries(SMALL, PART)
    again = rig.entries(SMALL, PART, whole=True, refresh=True)
    assert [f.payload for f in again] == [b"jpeg 2", b"jpeg 1 80", b"jpeg 1 640"]


def test_a_view_outside_the_frame_has_the_frame_s_size_and_no_picture(rig: Rig) -> None:
    rig.worker.give()
    outside, small = rig.entries(OUTSIDE, SMALL)
    assert (outside.payload, outside.encoding) == (b"", Encoding.NONE)
    assert (outside.source_width, outside.source_height, outside.region_width) == (3, 2, 0)
    assert small.payload
    rig.entries(OUTSIDE, SMALL)
    assert rig.encoder.frames == 1, "it is not tried again with the same frame"
    rig.worker.give(width=900, height=70, data=np.zeros(63_000, np.uint8))
    (frame,) = rig.entries(OUTSIDE)
    assert (frame.x, frame.y, frame.region_width, frame.region_height) == (800, 0, 64, 64)


def test_a_view_that_fails_leaves_the_whole_picture_alone(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.encoder.view_error = ImageError("too large")
    for _ in range(4):
        rig.worker.give()
        whole, small = rig.entries(SMALL, whole=True)
        assert (bool(whole.payload), bool(small.payload)) == (True, False)
    assert rig.channel.status().state == CameraState.STREAMING
    assert rig.worker.statistics.rejected == 0
    assert caplog.messages == ["camera left: a view of it cannot be shown: too large"]


@pytest.mark.parametrize(
    "error",
    [PayloadSizeError("Mono8", 3, 2, 6, 5), UnsupportedPixelFormatError(HB_MONO8, "HB", "set it")],
)
def test_a_frame_that_cannot_be_shown_is_tried_once(rig: Rig, error: Exception) -> None:
    rig.encoder.error = error
    rig.worker.give()
    for _ in range(3):
        assert [f.payload for f in rig.entries(SMALL, whole=True, refresh=True)] == [b"", b""]
    assert rig.encoder.frames == 1
    assert rig.worker.statistics.encoded == 0


def test_no_view_of_a_camera_that_does_not_stream(rig: Rig) -> None:
    rig.worker.give()
    rig.entries(SMALL)
    rig.worker.condition = CameraCondition(CameraState.LOST, 9)
    frames = rig.entries(SMALL, PART, refresh=True)
    assert [(f.payload, f.state, f.state_since_us) for f in frames] == [(b"", 4, 9)] * 2
    rig.worker.condition = CameraCondition(CameraState.STREAMING, 10)
    rig.worker.taken = None
    rig.worker.statistics.reconnects += 1
    assert not any(frame.payload for frame in rig.entries(SMALL, PART, refresh=True))


def test_views_that_take_too_long_take_turns_and_leave_the_whole_picture_alone(
    rig: Rig, clock: FakeClock
) -> None:
    """At 30 requests a second, views of 20 ms."""
    rig.encoder.on_view = lambda: clock.advance(0.02)
    made = []
    for number in range(90):
        rig.worker.give(frame_id=number)
        begin_s = clock.monotonic()
        request = FrameRequest(1, (4,), views=(SMALL, PART), within_us=30_000)
        whole, small, part = rig.channel.entries(request)
        assert (whole.frame_id, bool(whole.payload)) == (number, True)
        made.append([len(f.payload) > 0 for f in (small, part)])
        clock.advance(begin_s + 1 / 30 - clock.monotonic())
    small_made, part_made = (sum(column) for column in zip(*made, strict=True))
    assert abs(small_made - part_made) <= 1
    assert small_made + part_made in range(60, 100)


def test_a_view_that_had_no_turn_is_made_of_a_frame_that_is_not_new(
    rig: Rig, clock: FakeClock
) -> None:
    rig.encoder.on_view = lambda: clock.advance(0.1)
    rig.worker.give()
    made = []
    request = FrameRequest(1, views=(SMALL, PART), within_us=30_000)
    for _ in range(20):
        made += [f.view for f in rig.channel.entries(request) if f.payload]
        clock.advance(1 / 30)
    assert made == [SMALL.id, PART.id]
