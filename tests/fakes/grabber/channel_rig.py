"""A CameraChannel between a worker and an encoder that the test scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from camstrm.acquisition.control.live_values import LiveValues
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.camera_state import CameraCondition
from camstrm.errors import NoImageError
from camstrm.frame import FrameTimes, RawFrame
from camstrm.grab.camera.channel import CameraChannel
from camstrm.imaging import EncodedPicture
from camstrm.rates import RateMeter
from camstrm.wire import CameraFrame, CameraState, FrameRequest, View, clipped
from tests.fakes.clock import FakeClock

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
