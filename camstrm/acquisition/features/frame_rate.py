"""FrameRate: what a camera's node map says about the time between two frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.features.access import (
    enum_entries,
    read_feature,
    read_positive,
    write_feature,
)
from camstrm.acquisition.gentl.errors import value_or

__all__ = ["FrameRate", "read_frame_rate", "waits_for_triggers"]

_REACHED = (
    "AcquisitionResultingFrameRate",
    "AcquisitionResultingFrameRateAbs",
    "ResultingFrameRate",
    "ResultingFrameRateAbs",
    "BslResultingAcquisitionFrameRate",
    "BslResultingFrameRate",
)
"""What the camera reaches with all its settings: SFNC, Hikrobot, Basler ace (Abs), Basler."""

_WISHED = ("AcquisitionFrameRate", "AcquisitionFrameRateAbs")
"""SFNC, and its name before version 2.0, which 43 of 92 camera XMLs have alone."""

_RATE_CONTROL = ("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled")
"""While this is off, the wished rate means nothing."""

_EXPOSURE = ("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw")
_SECONDS = {"us": 1e-6, "\N{MICRO SIGN}s": 1e-6, "ns": 1e-9, "ms": 1e-3, "s": 1.0}

_SELF_TRIGGERED = ("Freerun", "FixedRate")
"""Trigger sources of Allied Vision that are none: the camera runs by itself."""


@dataclass(frozen=True)
class FrameRate:
    """``fps``: frames a second that a camera says it sends, None if it does not say.

    ``sure``: that rate is in force. ``exposure_s``: exposure time, 0 where unknown; no two
    frames are closer together.
    """

    fps: float | None = None
    sure: bool = False
    exposure_s: float = 0.0

    @property
    def known_fps(self) -> float | None:
        """Rate that can be relied upon, None where there is none."""
        return self.fps if self.sure else None


def read_frame_rate(node_map: Any) -> FrameRate:
    """Read what the camera reaches, or else what it was set to, and its exposure time."""
    exposure_s = _exposure_s(node_map)
    reached = read_positive(node_map, *_REACHED)
    fps = float(reached or read_positive(node_map, *_WISHED)) or None
    sure = reached > 0 or (fps is not None and _wish_is_in_force(node_map))
    if fps is not None and exposure_s > 0:
        fps = min(fps, 1 / exposure_s)
    return FrameRate(fps, sure, exposure_s)


def waits_for_triggers(node_map: Any) -> bool:
    """Return whether any kind of trigger is switched on, so that silence is no fault.

    TriggerMode stands for the kind that TriggerSelector points at: a camera may wait for the
    start of an acquisition while the selector points at that of a frame.
    """
    if _trigger_is_on(node_map):
        return True
    before = read_feature(node_map, "TriggerSelector").value
    others = [e for e in enum_entries(node_map, "TriggerSelector") if e != before]
    if before is None or not others:
        return False
    try:
        return any(
            write_feature(node_map, "TriggerSelector", entry).applied and _trigger_is_on(node_map)
            for entry in others
        )
    finally:
        write_feature(node_map, "TriggerSelector", before)


def _trigger_is_on(node_map: Any) -> bool:
    if read_feature(node_map, "TriggerMode").value not in ("On", True):
        return False
    return read_feature(node_map, "TriggerSource").value not in _SELF_TRIGGERED


def _wish_is_in_force(node_map: Any) -> bool:
    if any(read_feature(node_map, name).value in (False, "Off") for name in _RATE_CONTROL):
        return False
    return read_feature(node_map, "TriggerSource").value != "Freerun"


def _exposure_s(node_map: Any) -> float:
    for name in _EXPOSURE:
        value, unit = read_positive(node_map, name), _unit(node_map, name)
        # Without a unit the raw one is a number of steps whose length only the manual knows.
        if value and (unit or name != "ExposureTimeRaw"):
            # SFNC: microseconds.
            return value * _SECONDS.get(unit, 1e-6)
    return 0.0


def _unit(node_map: Any, name: str) -> str:
    return value_or("", lambda: str(getattr(node_map, name).unit or "").strip())
