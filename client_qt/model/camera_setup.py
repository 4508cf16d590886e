"""Which features make the cards of the set-up panel, under the names that makers give them. No Qt.

The page has the same in camera_setup.js; tests/vectors/viewing/camera_setup.json holds both to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue
from client_qt.model.feature_tree import FeatureTree

__all__ = [
    "CARDS",
    "Choice",
    "SetupCard",
    "automatic_of",
    "cards_of",
    "choices_of",
    "features_of",
]

CARDS: dict[str, dict[str, tuple[str, ...]]] = {
    "exposure": {
        "value": ("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw"),
        "auto": ("ExposureAuto",),
    },
    "gain": {
        "value": ("Gain", "GainAbs", "GainRaw"),
        "auto": ("GainAuto",),
        "selector": ("GainSelector",),
    },
    "black": {
        "value": ("BlackLevel", "BlackLevelAbs", "BlackLevelRaw"),
        "auto": ("BlackLevelAuto",),
        "enable": ("BlackLevelEnable", "BlackLevelEnabled"),
        "selector": ("BlackLevelSelector",),
    },
    "gamma": {
        "value": ("Gamma",),
        "enable": ("GammaEnable", "GammaEnabled"),
        "selector": ("GammaSelector",),
    },
    "white": {
        "value": ("BalanceRatio", "BalanceRatioAbs", "BalanceRatioRaw"),
        "auto": ("BalanceWhiteAuto",),
        "selector": ("BalanceRatioSelector",),
    },
    "rate": {
        "value": ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
        "auto": ("AcquisitionFrameRateAuto",),
        "enable": ("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled"),
        "resulting": (
            "ResultingFrameRate",
            "AcquisitionResultingFrameRate",
            "BslResultingAcquisitionFrameRate",
            "BslResultingFrameRate",
            "ResultingFrameRateAbs",
            "AcquisitionResultingFrameRateAbs",
        ),
    },
    "region": {
        "width": ("Width",),
        "height": ("Height",),
        "x": ("OffsetX",),
        "y": ("OffsetY",),
        "widest": ("WidthMax", "SensorWidth"),
        "highest": ("HeightMax", "SensorHeight"),
    },
    "format": {"value": ("PixelFormat",)},
    "trigger": {
        "mode": ("TriggerMode",),
        "selector": ("TriggerSelector",),
        "source": ("TriggerSource",),
        "activation": ("TriggerActivation",),
        "delay": ("TriggerDelay", "TriggerDelayAbs"),
        "software": ("TriggerSoftware",),
    },
    "indicator": {"value": ("DeviceIndicatorMode",)},
}
"""Cards in their order, the parts of each, and the names of a part: SFNC's first, then those of
older cameras (Basler's Abs and Raw, FLIR's Enabled, Hikrobot's Resulting). The first part is what
the card is there for: a camera without it has no such card."""


@dataclass(frozen=True)
class SetupCard:
    """A card of the set-up panel: the feature of each of its parts."""

    id: str
    parts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """An entry of an enumeration. ``there``: it can be chosen now."""

    name: str
    text: str
    there: bool


def cards_of(
    tree: FeatureTree, states: Mapping[str, FeatureState] | None = None
) -> list[SetupCard]:
    """Return the cards of a camera.

    A part that it has not is missing; what is hidden at the moment (an exposure time while the
    automatic is on) is there.
    """
    known = states or {}
    cards = []
    for card, parts in CARDS.items():
        found = {}
        for part, names in parts.items():
            there = [name for name in names if tree.info(name) and _access(known, name) != "NI"]
            # Of two spellings the one that can be used now.
            usable = [name for name in there if _access(known, name) != "NA"]
            if there:
                found[part] = (usable or there)[0]
        if next(iter(parts)) in found:
            cards.append(SetupCard(card, found))
    return cards


def _access(states: Mapping[str, FeatureState], name: str) -> str:
    state = states.get(name)
    return "RW" if state is None else state.access


def features_of(cards: Iterable[SetupCard]) -> list[str]:
    """Return all features that the cards show."""
    return list(dict.fromkeys(name for card in cards for name in card.parts.values()))


def choices_of(info: FeatureInfo, state: FeatureState | None) -> list[Choice]:
    """Return the entries of a choice with what can be chosen now."""
    there = () if state is None else state.entries
    return [
        Choice(entry.name, entry.display_name or entry.name, not there or entry.name in there)
        for entry in info.entries
    ]


def automatic_of(value: FeatureValue | None) -> str:
    """Return "off", "once" or "continuous" of an automatic, or its value for another word."""
    text = str("Off" if value is None else value).lower()
    return {"false": "off", "true": "continuous"}.get(text, text)
