from __future__ import annotations

import logging
from typing import Any

import pytest

from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.camera_state import CameraCondition
from camstrm.errors import NoImageError, PayloadSizeError, UnsupportedPixelFormatError
from camstrm.feature import FeatureSetting
from camstrm.frame import FrameTimes
from camstrm.grab.camera.channel import CameraChannel
from camstrm.imaging import PictureEncoder
from camstrm.wire import CameraState, Encoding, FrameFlag, FrameRequest
from tests.fakes.clock import START_NS, FakeClock
from tests.fakes.grabber.channel_rig import HB_MONO8, MONO8, FakeWorker, Rig, picture_of


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


def test_a_status_says_how_many_features_were_set_while_the_camera_ran(rig: Rig) -> None:
    assert rig.channel.status().differs == 0
    rig.worker.control.live.note(FeatureSetting("Gain", 3.0), FeatureSetting("Gamma", 1.0))
    assert rig.channel.status().differs == 2
