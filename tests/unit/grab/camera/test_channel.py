from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from camstrm.acquisition.control.live_values import LiveValues
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.camera_state import CameraCondition
from camstrm.errors import ImageError, NoImageError, PayloadSizeError, UnsupportedPixelFormatError
from camstrm.feature import FeatureSetting
from camstrm.frame import FrameTimes, RawFrame
from camstrm.grab.camera import channel as camera_channel_module
from camstrm.grab.camera.channel import CameraChannel
from camstrm.imaging import EncodedPicture, PictureEncoder
from camstrm.rates import RateMeter
from camstrm.wire import (
    CameraFrame,
    CameraState,
    Encoding,
    FrameFlag,
    FrameRequest,
    Region,
    View,
    clipped,
)
from tests.fakes.clock import START_NS, FakeClock

MONO8, HB_MONO8 = 0x01080001, 0x81080001


class FakeWorker:
    """A worker whose frames and condition the test sets."""

    def __init__(self) -> None:
        self.statistics = StreamStatistics()
        self.condition = CameraCondition(CameraState.STREAMING, 5)
        self.info = DeviceInfo("x.cti", "007", "Maker", "Model")
        self.frame: RawFrame | None = None
        self.taken: RawFrame | None = None
        self.released = 0
        self.interval_s = 0.0
        self.no_image: NoImageError | None = None
        self.control = SimpleNamespace(live=LiveValues())

    def take(self) -> RawFrame | None:
        if self.no_image is not None:
            raise self.no_image
        frame, self.frame = self.frame, None
        self.taken = frame or self.taken
        return frame

    def newest(self) -> RawFrame | None:
        frame = self.taken
        return None if frame is None else replace(frame, on_release=self.release)

    def release(self) -> None:
        self.released += 1

    def give(self, **values: Any) -> None:
        self.frame = RawFrame(
            **{
                "data": np.zeros(6, np.uint8),
                "width": 3,
                "height": 2,
                "pixel_format": MONO8,
                "times": FrameTimes(1234, 99),
                "frame_id": 17,
                "on_release": self.release,
                **values,
            },
        )


class FakeEncoder:
    """An encoder that counts, and fails when it is told to."""

    def __init__(self) -> None:
        self.frames = 0
        self.wanted = (0, 0)
        self.error: Exception | None = None
        self.view_error: Exception | None = None
        self.on_view: Callable[[], None] = lambda: None

    def begin(self, frame: RawFrame) -> FakeEncoding:
        self.frames += 1
        if self.error is not None:
            raise self.error
        return FakeEncoding(self, frame)


class FakeEncoding:
    """Pictures of one frame, whose JPEG says the frame's number and the view's width."""

    def __init__(self, encoder: FakeEncoder, frame: RawFrame) -> None:
        self.encoder = encoder
        self.frame = frame

    def view(self, view: View, *, quality: int, halvings: int) -> EncodedPicture | None:
        self.encoder.wanted = (quality, halvings)
        if view.max_width:
            self.encoder.on_view()
        if self.encoder.view_error is not None and view.max_width:
            raise self.encoder.view_error
        region = clipped(view.region, self.frame.width, self.frame.height)
        if region is None:
            return None
        text = f"jpeg {self.encoder.frames}" + (f" {view.max_width}" if view.max_width else "")
        sides = (2, 1, self.frame.width, self.frame.height)
        return EncodedPicture(text.encode(), *sides, self.frame.pixel_format, region)


class Rig:
    """A channel between a fake worker and a fake encoder."""

    def __init__(self) -> None:
        self.worker = FakeWorker()
        self.encoder = FakeEncoder()
        worker: Any = self.worker
        encoder: Any = self.encoder
        self.channel = CameraChannel(4, "left", worker, encoder)

    def measure_with(self, clock: FakeClock) -> None:
        self.channel._grab_rate = RateMeter(clock=clock.monotonic)
        self.channel._sent_rate = RateMeter(clock=clock.monotonic)

    def picture(self, *, refresh: bool = False) -> CameraFrame:
        return picture_of(self.channel, refresh=refresh)

    def entries(
        self, *views: View, whole: bool = False, refresh: bool = False
    ) -> list[CameraFrame]:
        cameras, again = (4,) if whole else (), (4,) if refresh else ()
        return self.channel.entries(FrameRequest(1, cameras, again, views=views))

    def fail(self, error: Exception) -> None:
        self.encoder.error = error
        self.worker.give()
        assert not self.picture().payload


def picture_of(channel: CameraChannel, *, refresh: bool = False) -> CameraFrame:
    """Ask for the whole picture alone."""
    index = (channel.index,)
    (entry,) = channel.entries(FrameRequest(1, index, index if refresh else ()))
    return entry


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(camera_channel_module, "time", clock)
    return clock


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    return Rig()


def test_the_newest_frame_becomes_a_picture(rig: Rig, clock: FakeClock) -> None:
    rig.worker.give()
    clock.advance(1.0)
    frame = rig.picture()
    assert (frame.camera_index, frame.state, frame.state_since_us) == (4, CameraState.STREAMING, 5)
    assert (frame.encoding, frame.payload) == (Encoding.JPEG, b"jpeg 1")
    assert (frame.width, frame.height, frame.source_width, frame.source_height) == (2, 1, 3, 2)
    assert (frame.frame_id, frame.device_timestamp_ns, frame.capture_time_us) == (17, 99, 1234)
    assert frame.encoded_time_us == START_NS // 1000 + 1_000_000
    assert frame.pixel_format == MONO8
    assert frame.flags == FrameFlag.FRAME_ID | FrameFlag.DEVICE_TIMESTAMP
    assert rig.worker.released == 1


def test_pictures_are_reduced_as_the_request_says(rig: Rig) -> None:
    rig.worker.give()
    rig.channel.entries(FrameRequest(1, (4,), quality=50, halvings=2))
    assert rig.encoder.wanted == (50, 2)


def test_what_the_producer_does_not_tell_is_flagged(rig: Rig) -> None:
    rig.worker.give(frame_id=None, times=FrameTimes(1))
    frame = rig.picture()
    assert (frame.flags, frame.frame_id, frame.device_timestamp_ns) == (0, 0, 0)


def test_without_a_new_frame_there_is_no_picture(rig: Rig) -> None:
    assert not rig.picture(refresh=True).payload
    rig.worker.give()
    assert rig.picture().payload
    frame = rig.picture()
    assert (frame.payload, frame.encoding, frame.state) == (
        b"",
        Encoding.NONE,
        CameraState.STREAMING,
    )
    assert rig.encoder.frames == 1


def test_a_refresh_gives_the_last_picture_without_encoding_it_again(rig: Rig) -> None:
    rig.worker.give()
    first = rig.picture()
    rig.worker.condition = CameraCondition(CameraState.STREAMING, 8)
    again = rig.picture(refresh=True)
    assert again.payload == first.payload
    assert again.state_since_us == 8
    assert rig.encoder.frames == 1
    rig.worker.give()
    assert rig.picture(refresh=True).payload == b"jpeg 2"


@pytest.mark.parametrize(
    "state",
    [CameraState.CLOSED, CameraState.OPENING, CameraState.STALLED, CameraState.LOST],
)
def test_a_camera_that_does_not_stream_has_no_old_picture(rig: Rig, state: CameraState) -> None:
    rig.worker.give()
    rig.picture()
    rig.worker.condition = CameraCondition(state, 9, "why")
    frame = rig.picture(refresh=True)
    assert (frame.state, frame.state_since_us, frame.payload) == (state, 9, b"")
    status = rig.channel.status()
    assert (status.state, status.since_us, status.reason) == (state, 9, "why")


def test_a_format_that_cannot_be_shown_is_a_state_of_the_camera(
    rig: Rig, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    rig.fail(UnsupportedPixelFormatError(HB_MONO8, "HB_Mono8", "set ImageCompressionMode=Off"))
    since = START_NS // 1000
    clock.advance(1.0)
    rig.fail(UnsupportedPixelFormatError(HB_MONO8, "HB_Mono8", "set ImageCompressionMode=Off"))
    frame = rig.picture()
    assert (frame.state, frame.state_since_us) == (CameraState.UNSUPPORTED, since)
    status = rig.channel.status()
    assert status.reason == (
        "camera left: pixel format HB_Mono8 (0x81080001) cannot be shown: "
        "set ImageCompressionMode=Off"
    )
    assert (status.pixel_format, status.width, status.height) == ("HB_Mono8", 3, 2)
    assert len(caplog.records) == 1
    assert rig.worker.released == 2
    rig.worker.condition = CameraCondition(CameraState.LOST, 9, "unplugged")
    assert rig.channel.status().state == CameraState.LOST, "then that is what matters"
    rig.worker.condition = CameraCondition(CameraState.STREAMING, 10)
    rig.encoder.error = None
    rig.worker.give()
    assert rig.picture().state == CameraState.STREAMING
    assert rig.channel.status().reason == ""


def test_frames_of_a_wrong_size_are_counted_and_told_once_a_minute(
    rig: Rig, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(121):
        rig.fail(PayloadSizeError("Mono8", 3, 2, 6, 5))
        clock.advance(1.0)
    assert rig.worker.statistics.rejected == 121
    assert rig.worker.released == 121
    assert rig.channel.status().rejected == 121
    counts = [r.args[-1] for r in caplog.records if isinstance(r.args, tuple)]
    assert counts == [1, 61, 121]
    assert "camera left: 3x2 Mono8 needs 6 bytes, the buffer holds 5" in caplog.text


def test_a_stream_whose_every_frame_is_rejected_says_so(rig: Rig, clock: FakeClock) -> None:
    begin = START_NS // 1000
    for _ in range(2):
        rig.fail(PayloadSizeError("Mono8", 3, 2, 6, 5))
        clock.advance(1.0)
        assert rig.channel.status().state == CameraState.STREAMING, "one bad frame is none"
    rig.worker.no_image = NoImageError("0x0 pixels")
    assert rig.picture().state == CameraState.STALLED
    status = rig.channel.status()
    assert (status.state, status.since_us) == (CameraState.STALLED, begin)
    assert status.reason == "every frame is rejected: no image in the buffer: 0x0 pixels"
    rig.worker.no_image, rig.encoder.error = None, None
    rig.worker.give()
    assert rig.picture().state == CameraState.STREAMING
    assert rig.channel.status().reason == ""


def test_a_camera_that_waits_for_a_trigger_gives_its_last_picture_again(rig: Rig) -> None:
    rig.worker.give()
    payload = rig.picture().payload
    rig.worker.condition = CameraCondition(CameraState.WAITING_FOR_TRIGGER, 9)
    frame = rig.picture(refresh=True)
    assert (frame.state, frame.payload) == (CameraState.WAITING_FOR_TRIGGER, payload)
    assert not rig.picture().payload
    rig.worker.statistics.reconnects += 1
    rig.worker.taken = None
    assert not rig.picture(refresh=True).payload, "it is from before the camera was away"


def test_a_frame_is_released_whatever_happens(rig: Rig) -> None:
    rig.encoder.error = MemoryError()
    rig.worker.give()
    with pytest.raises(MemoryError):
        rig.picture()
    assert rig.worker.released == 1


def test_counters_and_rates(rig: Rig, clock: FakeClock) -> None:
    rig.measure_with(clock)
    rig.worker.interval_s = 0.0025
    for _ in range(11):
        clock.advance(0.1)
        rig.worker.statistics.arrived_s = clock.now_s
        rig.worker.statistics.delivered += 40
        rig.worker.give()
        rig.picture()
        status = rig.channel.status()
    assert (status.delivered, status.encoded) == (440, 11)
    assert (status.grab_fps, status.sent_fps, status.interval_us) == (400.0, 10.0, 2500)
    assert (status.pixel_format, status.width, status.height) == ("Mono8", 3, 2)
    rig.worker.statistics = StreamStatistics(
        delivered=1, incomplete=2, rejected=3, underrun=4, overwritten=5, gaps=6, reconnects=7
    )
    status = rig.channel.status()
    assert (status.delivered, status.incomplete, status.rejected, status.underrun) == (1, 2, 3, 4)
    assert (status.overwritten, status.gaps, status.reconnects) == (5, 6, 7)


def test_half_a_frame_a_second_reads_as_such(rig: Rig, clock: FakeClock) -> None:
    rig.measure_with(clock)
    read = set()
    for tick in range(100):
        if tick % 4 == 1:
            rig.worker.statistics.arrived_s = clock.now_s
            rig.worker.statistics.delivered += 1
            rig.worker.give()
            rig.picture()
        clock.advance(0.5)
        status = rig.channel.status()
        if tick > 10:
            read.add((status.grab_fps, status.sent_fps))
    assert read == {(0.5, 0.5)}
    clock.advance(10.0)
    assert rig.channel.status().grab_fps == 0.0


def test_who_the_camera_is(rig: Rig) -> None:
    info = rig.channel.info()
    assert (info.index, info.name, info.serial) == (4, "left", "007")
    assert (info.model, info.vendor) == ("Model", "Maker")


def test_a_real_encoder_refuses_what_it_cannot_show(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    worker = FakeWorker()
    any_worker: Any = worker
    channel = CameraChannel(0, "left", any_worker, PictureEncoder())
    worker.give(pixel_format=0x81080001)
    assert picture_of(channel).state == CameraState.UNSUPPORTED
    worker.give(width=30)
    picture_of(channel)
    assert worker.statistics.rejected == 1
    worker.give()
    frame = picture_of(channel)
    assert bytes(frame.payload[:2]) == b"\xff\xd8"
    assert "camera left: the pixel format can be shown again" in caplog.text
    assert worker.released == 3


def test_a_code_of_more_than_32_bits_fits_into_the_header(rig: Rig) -> None:
    rig.worker.give(pixel_format=0x1_0108_0001)
    assert rig.picture().pixel_format == 0x01080001


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


def test_a_status_says_how_many_features_were_set_while_the_camera_ran(rig: Rig) -> None:
    assert rig.channel.status().differs == 0
    rig.worker.control.live.note(FeatureSetting("Gain", 3.0), FeatureSetting("Gamma", 1.0))
    assert rig.channel.status().differs == 2


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
