"""GenICam features as data: what acquisition finds out and what messages carry.

The words are GenApi's: visibility, representation, access mode, selector, increment.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = [
    "FeatureChange",
    "FeatureDifference",
    "FeatureEntry",
    "FeatureInfo",
    "FeatureSetting",
    "FeatureState",
    "FeatureValue",
    "Selectors",
]

FeatureValue: TypeAlias = bool | int | float | str
"""Value of a feature: an enumeration's is the symbolic name of its entry."""

Selectors: TypeAlias = dict[str, str | int]
"""Value of each selector of a feature, by the selector's name; empty: as they are now."""

Access = Literal["RW", "RO", "WO", "NA", "NI"]
"""GenApi's access mode: read and write, read only, write only, not available, not implemented."""


class FeatureSetting(Struct, frozen=True, omit_defaults=True):
    """A value that a feature has or is to have."""

    feature: str
    value: FeatureValue
    selectors: Selectors = {}


class FeatureEntry(Struct, frozen=True, omit_defaults=True):
    """An entry of an enumeration."""

    name: str
    display_name: str = ""
    tooltip: str = ""


class FeatureInfo(Struct, frozen=True, omit_defaults=True):
    """What does not change of a feature while the camera has the same XML.

    ``category``: names from the root down. ``type``: "integer", "float", "boolean",
    "enumeration", "string", "command" or "register". ``representation``: of a number, how it
    is to be shown ("Linear", "Logarithmic", "PureNumber", "HexNumber", "IPV4Address", ...).
    ``visibility``: "Beginner", "Expert", "Guru" or "Invisible". ``selectors``: the features
    that choose which of several values this one has. ``selects``: those that this one chooses
    for. ``streamable``: the maker counts it as part of the camera's state. ``polling_ms``: how
    often its value may change by itself, 0 where the XML says nothing of it.
    """

    name: str
    type: str
    category: tuple[str, ...] = ()
    display_name: str = ""
    tooltip: str = ""
    description: str = ""
    unit: str = ""
    representation: str = ""
    visibility: str = "Beginner"
    entries: tuple[FeatureEntry, ...] = ()
    selectors: tuple[str, ...] = ()
    selects: tuple[str, ...] = ()
    streamable: bool = False
    polling_ms: int = 0


class FeatureState(Struct, frozen=True, omit_defaults=True):
    """What may change of a feature at any time.

    ``value``: None where there is none now. ``minimum``, ``maximum``, ``increment``: of a
    number, None where it has none. ``entries``: of an enumeration, those that can be chosen
    now. ``locked_by``: a sentence that says why it cannot be written now although it can be
    at other times, empty otherwise. ``needs_stop``: it can be written while the camera is
    stopped. ``differs``: it was set live, and the configuration has another value
    (``configured``) or none.
    ``problem``: why a value that should be there cannot be read. A number that is not finite
    is one of the texts "NaN", "Infinity" and "-Infinity".
    """

    access: Access
    value: FeatureValue | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    increment: float | int | None = None
    entries: tuple[str, ...] = ()
    locked_by: str = ""
    needs_stop: bool = False
    differs: bool = False
    configured: FeatureValue | None = None
    problem: str = ""


class FeatureChange(Struct, frozen=True, omit_defaults=True):
    """What became of a wish to set a feature, or to execute a command.

    ``wanted``: what was asked for. ``value``: what the camera has now, None where it cannot be
    read. ``old``: what it had before. ``applied``: the camera has what was asked for, or the
    nearest that its steps allow. ``reason``: why not, or how it was rounded; empty where
    there is nothing to say. ``changed``: other features that have another value since.
    ``stopped_ms``: for how long the camera was stopped for this, 0 if it was not.
    """

    feature: str
    wanted: FeatureValue | None
    applied: bool
    value: FeatureValue | None = None
    old: FeatureValue | None = None
    reason: str = ""
    selectors: Selectors = {}
    changed: dict[str, FeatureValue] = {}
    stopped_ms: float = 0.0


class FeatureDifference(Struct, frozen=True, omit_defaults=True):
    """A feature that has another value than is wanted.

    ``value``: the camera's, None where it cannot be read; ``reason`` says why not.
    """

    feature: str
    wanted: FeatureValue
    value: FeatureValue | None = None
    selectors: Selectors = {}
    reason: str = ""
