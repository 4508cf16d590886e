"""Save what a camera is set to, write it back, and compare: GenApi persistence files.

All functions that take a node map are called with its lock. They write selectors for a moment
and put them back.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from camstrm.acquisition.features.access import (
    EAccessMode,
    feature_value,
    find_node,
    read_feature,
    same_value,
)
from camstrm.acquisition.features.change import set_feature
from camstrm.acquisition.features.description import STREAM_LOCK, CameraDescription
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE
from camstrm.acquisition.features.persistence_file import (
    MOST_SETTINGS,
    FileSetting,
    is_writable_value,
    settings_text,
)
from camstrm.acquisition.features.selectors import selected
from camstrm.acquisition.features.state import sendable
from camstrm.acquisition.features.text_value import value_of_text
from camstrm.acquisition.gentl.errors import value_or
from camstrm.feature import (
    FeatureChange,
    FeatureDifference,
    FeatureInfo,
    FeatureSetting,
    FeatureValue,
    Selectors,
)

__all__ = ["Comparison", "Saved", "compare_settings", "load_settings", "save_settings"]

_FEW_STREAMABLE = 0.25
"""Below this share of a camera's writable features, "streamable only" would save nothing: five
XMLs of FLIR mark 1, 1, 3, 3 and 12 features, those of Basler and Allied Vision 92 to 121, of 290
to 410."""

_MOST_COMBINATIONS = 64
"""Values of its selectors that a feature is saved for. Beyond are tables, as LUTValue with 4096."""

_NEVER_SAVED = re.compile(
    r"UserSet.*|Device(Reset|Firmware|Password|UserPassword).*|File(Access|Open|Operation|Selector).*"
    r"|Gev.*(IP|MAC|Subnet|Gateway).*|GevCCP|GevPersistent.*|GevHeartbeatTimeout"
    rf"|.*(Password|LicenseKey).*|{STREAM_LOCK}"
)
"""Features that say where the camera is and who may use it, not how it is set."""

_SAVED_TYPES = ("integer", "float", "boolean", "enumeration", "string")

NOT_TRIED = "not tried: the time for it was over"
"""The reason of a setting that was not reached."""


def _always() -> bool:
    return True


@dataclass
class Saved:
    """A file's text, of how many settings, and which features were left out, with the reason."""

    text: str = ""
    settings: list[FeatureSetting] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass
class Comparison:
    """What differs, in the order of the file, and how many settings do not."""

    differences: list[FeatureDifference] = field(default_factory=list)
    equal: int = 0


def save_settings(
    node_map: Any,
    description: CameraDescription,
    *,
    every: bool = False,
    encoding: str = "gbk",
    goes_on: Callable[[], bool] = _always,
) -> Saved:
    """Save the streamable features, for each value of their selectors.

    With ``every``, or where the maker marks few as streamable, all features that can be written
    are saved, without those that are about the camera's place in the network, its users and
    its memory. ``goes_on`` is asked before each feature; what comes after a no is left out.
    """
    saved = Saved()
    for info in _saved_features(description, every=every):
        if not goes_on():
            saved.left_out[info.name] = NOT_TRIED
            continue
        reason = _save(node_map, description, info, saved.settings, encoding)
        if reason:
            saved.left_out[info.name] = reason
    device = "::".join(description.head.get(k, "") for k in ("VendorName", "ModelName"))
    notes = [f"left out: {name} ({reason})" for name, reason in saved.left_out.items()]
    saved.text = settings_text(saved.settings, device=device, notes=notes)
    return saved


def load_settings(
    node_map: Any,
    description: CameraDescription,
    lines: Sequence[FileSetting],
    *,
    encoding: str = "gbk",
    goes_on: Callable[[], bool] = _always,
) -> list[FeatureChange]:
    """Write the settings in their order; return what came of each, in that order.

    Those that could not be written are tried once more after all others, for a feature may
    depend on one that comes after it in the file. ``goes_on`` is asked before each.
    """
    settings = resolved(description, lines)
    changes: list[FeatureChange | None] = [None] * len(settings)
    for _ in range(2):
        before = sum(change is not None and change.applied for change in changes)
        for place, setting in enumerate(settings):
            done = changes[place]
            if done is not None and (done.applied or done.reason.startswith(NO_SUCH_FEATURE)):
                continue
            if not goes_on():
                if done is None:
                    changes[place] = _not_tried(setting)
                continue
            changes[place] = set_feature(
                node_map, description, setting, encoding=encoding, others=False
            ).change
        applied = sum(change is not None and change.applied for change in changes)
        if applied == before:
            break
    return [change for change in changes if change is not None]


def compare_settings(
    node_map: Any,
    description: CameraDescription,
    lines: Sequence[FileSetting],
    *,
    encoding: str = "gbk",
    goes_on: Callable[[], bool] = _always,
) -> Comparison:
    """Read what the file sets and say what the camera has otherwise. Nothing else is read."""
    comparison = Comparison()
    for setting in resolved(description, lines):
        value, reason = None, NOT_TRIED
        if goes_on():
            value, reason = _selected_value(node_map, description, setting, encoding)
        if value is not None and same_value(value, setting.value):
            comparison.equal += 1
            continue
        comparison.differences.append(
            FeatureDifference(setting.feature, setting.value, value, setting.selectors, reason)
        )
    return comparison


def resolved(description: CameraDescription, lines: Sequence[FileSetting]) -> list[FeatureSetting]:
    """Return the settings with values of their types and all the selectors that they have.

    GenApi's own files have a line for a selector before the lines of what it selects: such a
    line counts for all that follow, so that each setting can be written by itself.
    """
    chosen: dict[str, str | int] = {}
    settings = []
    for line in lines:
        setting = line.setting
        info = description.info(setting.feature)
        value = _typed(info, str(setting.value))
        selectors = (
            {name: chosen[name] for name in info.selectors if name in chosen} if info else {}
        )
        for name, text in setting.selectors.items():
            selectors[name] = _selector_value(description.info(name), text)
        settings.append(FeatureSetting(setting.feature, value, selectors))
        if info is not None and info.selects and isinstance(value, (str, int)):
            chosen[setting.feature] = value
    return settings


def _saved_features(description: CameraDescription, *, every: bool) -> list[FeatureInfo]:
    writable = [
        info
        for info in description.features
        if info.type in _SAVED_TYPES
        and description.is_writable(info.name)
        and not _NEVER_SAVED.fullmatch(info.name)
    ]
    streamable = [info for info in writable if info.streamable]
    if every or len(streamable) < _FEW_STREAMABLE * len(writable):
        # What a selector points at is no setting: each of its values is saved.
        return [info for info in writable if not info.selects]
    return streamable


def _save(
    node_map: Any,
    description: CameraDescription,
    info: FeatureInfo,
    settings: list[FeatureSetting],
    encoding: str,
) -> str:
    """Add the settings of one feature; return why there is none, empty where that is normal."""
    chains = _selector_chain(description, info.name)
    combinations = list(
        itertools.islice(_combinations(node_map, description, chains, {}), _MOST_COMBINATIONS + 1)
    )
    if len(combinations) > _MOST_COMBINATIONS:
        return f"it has more than {_MOST_COMBINATIONS} values of {' and '.join(chains)}"
    for selectors in combinations:
        if len(settings) >= MOST_SETTINGS:
            return f"more than {MOST_SETTINGS} settings"
        with selected(node_map, description, selectors, encoding=encoding) as selection:
            if selection.problem:
                continue
            # One that is locked now is part of the state as well.
            value = value_or(None, partial(_value, node_map, info.name))
        if value is None:
            continue
        value = sendable(value)
        if not is_writable_value(value):
            return "its value is no single line"
        settings.append(FeatureSetting(info.name, value, selectors))
    return ""


def _value(node_map: Any, name: str) -> FeatureValue | None:
    node = find_node(node_map, name)
    return None if node is None else feature_value(node)


def _selector_chain(description: CameraDescription, name: str) -> list[str]:
    """Return the selectors of a feature and theirs, in the order of writing."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        info = description.info(waiting.pop())
        for above in info.selectors if info is not None else ():
            if above not in found and above != name:
                found.add(above)
                waiting.append(above)
    return description.order_of_selectors(found)


def _combinations(
    node_map: Any, description: CameraDescription, chain: Sequence[str], chosen: Selectors
) -> Iterator[Selectors]:
    """Yield each combination of the selectors' values; those of one may depend on another's."""
    if not chain:
        yield dict(chosen)
        return
    name, rest = chain[0], chain[1:]
    with selected(node_map, description, chosen) as selection:
        values = [] if selection.problem else _values_of_selector(node_map, name)
    if not values:
        # The selector is not there now: the feature has one value, if any.
        yield from _combinations(node_map, description, rest, chosen)
    for value in values:
        yield from _combinations(node_map, description, rest, {**chosen, name: value})


def _values_of_selector(node_map: Any, name: str) -> list[str | int]:
    node = value_or(None, lambda: find_node(node_map, name))
    if node is None or value_or(None, lambda: node.node.get_access_mode()) != EAccessMode.RW:
        return []
    entries = value_or(None, lambda: [str(entry) for entry in node.symbolics])
    if entries is not None:
        return list(entries)
    limits = value_or(None, lambda: (node.min, node.max, node.inc))
    if limits is None or limits[2] <= 0:
        return []
    low, high, step = limits
    return list(itertools.islice(range(low, high + 1, step), _MOST_COMBINATIONS + 1))


def _selected_value(
    node_map: Any, description: CameraDescription, setting: FeatureSetting, encoding: str
) -> tuple[FeatureValue | None, str]:
    with selected(node_map, description, setting.selectors, encoding=encoding) as selection:
        if selection.problem:
            return None, selection.problem
        read = read_feature(node_map, setting.feature, encoding=encoding)
    return (None, read.reason) if read.value is None else (sendable(read.value), "")


def _typed(info: FeatureInfo | None, text: str) -> FeatureValue:
    if info is None:
        return text
    value = value_of_text(info.type, text if info.type == "string" else text.strip())
    # A file of another program may have a whole number as a float.
    if info.type == "integer" and isinstance(value, str):
        number = value_of_text("float", text.strip())
        if isinstance(number, float) and number.is_integer():
            return int(number)
    return value


def _selector_value(info: FeatureInfo | None, text: str | int) -> str | int:
    value = _typed(info, str(text))
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else str(text)


def _not_tried(setting: FeatureSetting) -> FeatureChange:
    change = FeatureChange(setting.feature, setting.value, False, selectors=setting.selectors)
    return msgspec.structs.replace(change, reason=NOT_TRIED)
