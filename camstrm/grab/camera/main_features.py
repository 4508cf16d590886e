"""MainFeatures: what a still says of exposure, gain and the like."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import read_feature
from camstrm.errors import CamstrmError
from camstrm.feature import FeatureValue

__all__ = ["MAIN_FEATURES", "MainFeatures"]

MAIN_FEATURES = (
    *("ExposureTime", "ExposureTimeAbs", "ExposureAuto"),
    *("Gain", "GainRaw", "GainAuto"),
    *("BlackLevel", "BlackLevelRaw", "Gamma"),
    *("AcquisitionFrameRate", "AcquisitionFrameRateAbs", "AcquisitionResultingFrameRate"),
    *("ResultingFrameRate", "TriggerMode", "TriggerSource"),
    *("OffsetX", "OffsetY", "BinningHorizontal", "BinningVertical"),
    *("ReverseX", "ReverseY", "DeviceTemperature"),
)
"""Of SFNC 2.7, and what makers call them; a camera has about half of them."""

READ_S = 0.3
"""Seconds after which no further feature is read: a register of 50 ms leaves some of them out."""

WAIT_S = 0.5
"""Seconds that a still waits for the values; without them it says nothing of features."""


class Submit(Protocol):
    """CameraControl.submit: does a job with the open camera in its control thread."""

    def __call__(
        self,
        job: Callable[[Camera], dict[str, FeatureValue]],
        done: Callable[[dict[str, FeatureValue] | CamstrmError], None],
    ) -> None: ...


class MainFeatures:
    """Reads the main features of one camera, at the moment when a still is made."""

    def __init__(self, submit: Submit, clock: Callable[[], float] = time.monotonic) -> None:
        self._submit = submit
        self._clock = clock

    def read(self) -> Mapping[str, FeatureValue]:
        """Return the values; empty if the camera does not give them in time. Blocks up to WAIT_S.

        Only for callers that may wait for the camera's control thread.
        """
        found: dict[str, FeatureValue] = {}
        answered = threading.Event()

        def done(values: dict[str, FeatureValue] | CamstrmError) -> None:
            if isinstance(values, dict):
                found.update(values)
            answered.set()

        self._submit(self._read, done)
        return found if answered.wait(WAIT_S) else {}

    def _read(self, camera: Camera) -> dict[str, FeatureValue]:
        until = self._clock() + READ_S
        values: dict[str, FeatureValue] = {}
        for name in MAIN_FEATURES:
            if self._clock() >= until:
                break
            value = read_feature(camera.node_map, name).value
            # JSON has no other numbers than finite ones.
            if value is not None and (not isinstance(value, float) or math.isfinite(value)):
                values[name] = value
        return values
