"""Why a feature cannot be written now, and what to do: the feature that locks it, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.features.access import (
    EAccessMode,
    enum_entries,
    feature_value,
    find_node,
    truth_of,
)
from camstrm.acquisition.features.description import STREAM_LOCK, CameraDescription
from camstrm.acquisition.gentl.errors import value_or
from camstrm.feature import FeatureValue

__all__ = ["Lock", "find_lock"]

_STREAMS = "locked while the camera streams"
_PROBABLY_STREAMS = "the camera does not let it be written now, probably because it streams"
_UNKNOWN = "the camera does not let it be written now, and its XML does not say why"
_ABSENT = "not available now, and the camera's XML does not say why"

_MOST_CAUSES = 2
"""Features named in one sentence."""

_AUTOMATICS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw"), ("ExposureAuto",)),
    (("Gain", "GainAbs", "GainRaw"), ("GainAuto",)),
    (("BlackLevel", "BlackLevelAbs", "BlackLevelRaw"), ("BlackLevelAuto",)),
    (("BalanceRatio", "BalanceRatioAbs", "BalanceRatioRaw"), ("BalanceWhiteAuto",)),
    (
        ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
        ("AcquisitionFrameRateAuto",),
    ),
    (("Gamma",), ("GammaEnable", "GammaEnabled")),
    (
        ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
        ("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled"),
    ),
)
"""Features by what controls them in SFNC, for cameras whose firmware locks them by a register
that the XML gives no meaning. A name in "Auto" locks while it is not Off, others while they are."""


@dataclass(frozen=True)
class Lock:
    """``sentence``: why. ``remedy``: what to do, may be empty.

    ``streaming``: it can probably be written while the camera is stopped.
    """

    sentence: str
    remedy: str = ""
    streaming: bool = False

    @property
    def text(self) -> str:
        """Sentence and remedy in one."""
        return f"{self.sentence}; {self.remedy}" if self.remedy else self.sentence


def find_lock(node_map: Any, description: CameraDescription, name: str, access: Any) -> Lock | None:
    """Return why a feature with this access mode cannot be written.

    None for one that can, that never can, or that the camera has not at all. Reads only values
    of features that may be the cause.
    """
    if access in (EAccessMode.RW, EAccessMode.WO, EAccessMode.NI):
        return None
    hidden = access == EAccessMode.NA
    if not hidden and not description.is_writable(name):
        return None
    conditions = description.conditions(name, "pIsAvailable" if hidden else "pIsLocked")
    named = [cause for condition in conditions for cause in description.causes(condition)]
    causes = [cause for cause in dict.fromkeys(named) if cause != name]
    streams = STREAM_LOCK in causes or STREAM_LOCK in conditions
    if streams:
        streams = _streams(node_map)
    others = [cause for cause in causes if cause != STREAM_LOCK]
    blamed = _blamed(node_map, others, switched_on=not hidden)
    if not blamed and not streams:
        blamed = _usual(node_map, name)
    sentences = [f"{cause} is {_text(value)}" for cause, value in blamed]
    remedy = _remedy(node_map, *blamed[0]) if blamed else ""
    if streams:
        return Lock(" and ".join([_STREAMS, *sentences]), remedy, streaming=True)
    if sentences:
        return Lock(" and ".join(sentences), remedy)
    if _streams(node_map):
        return Lock(_PROBABLY_STREAMS, streaming=True)
    return Lock(_ABSENT if hidden else _UNKNOWN)


def _streams(node_map: Any) -> bool:
    value = _value(node_map, STREAM_LOCK)
    return value is not None and value is not False and value != 0


def _blamed(
    node_map: Any, causes: list[str], *, switched_on: bool
) -> list[tuple[str, FeatureValue]]:
    """Return those of ``causes`` that are probably the reason, with their values.

    An automatic that is on is the reason before all others. ``switched_on``: what locks is
    rather something that is on; what hides may be either.
    """
    values = [(cause, value) for cause in causes if (value := _value(node_map, cause)) is not None]
    on = [(cause, value) for cause, value in values if not _is_off(value)]
    automatic = [(cause, value) for cause, value in on if cause.endswith("Auto")]
    return (automatic or (on if switched_on else []) or values)[:_MOST_CAUSES]


def _usual(node_map: Any, name: str) -> list[tuple[str, FeatureValue]]:
    for names, controls in _AUTOMATICS:
        for control in controls if name in names else ():
            value = _value(node_map, control)
            if value is not None and _is_off(value) != control.endswith("Auto"):
                return [(control, value)]
    return []


def _is_off(value: FeatureValue) -> bool:
    return truth_of(value) is False or value == 0


def _remedy(node_map: Any, cause: str, value: FeatureValue) -> str:
    """Return what to do about a feature: which value it should have where that is clear."""
    entries = enum_entries(node_map, cause)
    if _is_off(value):
        wanted = "On" if "On" in entries else "true" if value is False else ""
    else:
        wanted = "Off" if "Off" in entries else "false" if value is True else ""
    return f"set {cause}={wanted} first" if wanted else f"change {cause} first"


def _value(node_map: Any, name: str) -> FeatureValue | None:
    node = value_or(None, lambda: find_node(node_map, name))
    return None if node is None else value_or(None, lambda: feature_value(node))


def _text(value: FeatureValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
