"""PictureAges: how old the pictures of each camera are when they reach the bridge."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from camstrm.histogram import Histogram
from camstrm.wire import MAX_CAMERAS, FrameBundle

__all__ = ["CameraAges", "PictureAges"]


@dataclass
class CameraAges:
    """Of one camera's whole pictures, in seconds."""

    encoded: Histogram = field(default_factory=Histogram)
    """From the capture to the JPEG, in the camera process."""
    received: Histogram = field(default_factory=Histogram)
    """From the capture to the bridge."""


class PictureAges:
    """Measures pictures as they come; belongs to the bridge's event loop.

    Grabber and bridge are on one machine, so both use the same clock.
    """

    def __init__(self, utc_us: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._utc_us = utc_us
        self.bundles = Histogram()
        """From the tick of a bundle to the bridge, in seconds."""
        self.cameras: dict[int, CameraAges] = {}
        """By the camera's index."""

    def add(self, bundle: FrameBundle) -> None:
        """Take the pictures of a bundle that has just come."""
        now = self._utc_us()
        self.bundles.add((now - bundle.timestamp_us) / 1e6)
        for frame in bundle.frames:
            taken = frame.capture_time_us
            if frame.view or not taken or not frame.payload:
                continue
            ages = self.cameras.get(frame.camera_index)
            if ages is None:
                if len(self.cameras) >= MAX_CAMERAS:
                    continue  # a grabber that invents cameras must not fill the memory
                ages = self.cameras[frame.camera_index] = CameraAges()
            ages.encoded.add((frame.encoded_time_us - taken) / 1e6)
            ages.received.add((now - taken) / 1e6)

    def keep_only(self, cameras: Collection[int]) -> None:
        """Forget cameras that are no more, or are others now."""
        self.cameras = {i: ages for i, ages in self.cameras.items() if i in cameras}
