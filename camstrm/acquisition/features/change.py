"""Set a feature or execute a command: what came of it, and what else has changed.

All functions are called with the lock of the node map. They never raise for what a camera or
a caller says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec

from camstrm.acquisition.features.access import (
    EAccessMode,
    feature_value,
    find_node,
    read_feature,
    same_value,
    write_feature,
)
from camstrm.acquisition.features.description import CameraDescription
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, NOT_AVAILABLE, FeatureResult
from camstrm.acquisition.features.limits import number_text
from camstrm.acquisition.features.locks import Lock, find_lock
from camstrm.acquisition.features.names import proposal
from camstrm.acquisition.features.selectors import selected
from camstrm.acquisition.features.state import sendable
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, describe_error, value_or
from camstrm.feature import FeatureChange, FeatureSetting, FeatureValue

__all__ = ["Attempt", "execute_command", "set_feature"]

_WRITABLE = (EAccessMode.WO, EAccessMode.RW)

_LOADS_ALL = ("UserSetLoad", "UserSetDefaultLoad", "DeviceFeaturePersistenceEnd")
"""Commands after which any feature may have another value, which few XMLs say."""

_REFUSED_TYPES = (TypeError, ValueError, OverflowError)
"""What the binding raises for a value that its C++ type cannot hold."""

Failure = Literal["", "unknown", "wrong", "locked"]


@dataclass(frozen=True)
class Attempt:
    """``change``: what came of a wish. ``failure``: why it was not even tried, for programs.

    "unknown": no such feature; "wrong": not a thing to do with it; "locked": it cannot be
    written now, ``lock`` says more.
    """

    change: FeatureChange
    failure: Failure = ""
    lock: Lock | None = None


def set_feature(
    node_map: Any,
    description: CameraDescription,
    setting: FeatureSetting,
    *,
    clamp: bool = False,
    others: bool = True,
    encoding: str = "gbk",
) -> Attempt:
    """Write a value with its selectors, put these back, and read what may have changed.

    ``others``: whether to look at other features, which costs registers.

    Without ``clamp`` a number out of range is refused. With it, a wish that leaves the value
    as it was is not applied: a slider must not show what the camera has not.
    """
    info = description.info(setting.feature)
    if info is None or value_or(None, lambda: find_node(node_map, setting.feature)) is None:
        return _unknown(description, setting)
    if info.type in ("command", "register"):
        what = "a command: execute it" if info.type == "command" else "a register of bytes"
        return Attempt(_refused(setting, f"{setting.feature} is {what}"), "wrong")
    with selected(node_map, description, setting.selectors, encoding=encoding) as selection:
        if selection.problem:
            return Attempt(_refused(setting, selection.problem), "wrong")
        attempt = _write(
            node_map,
            description,
            setting,
            description.affected_by(setting.feature) if others else (),
            clamp,
            encoding,
        )
    return _with_note(attempt, selection.not_back)


def execute_command(
    node_map: Any,
    description: CameraDescription,
    name: str,
    selectors: dict[str, str | int] | None = None,
    *,
    encoding: str = "gbk",
) -> Attempt:
    """Execute a command with its selectors, put these back, and read what may have changed."""
    wish = FeatureSetting(name, True, selectors or {})
    info = description.info(name)
    node = None if info is None else value_or(None, lambda: find_node(node_map, name))
    if info is None or node is None:
        return _unknown(description, wish)
    if info.type != "command":
        return Attempt(_refused(wish, f"{name} is no command, but has a value to set"), "wrong")
    with selected(node_map, description, wish.selectors, encoding=encoding) as selection:
        if selection.problem:
            return Attempt(_refused(wish, selection.problem), "wrong")
        locked = _locked(node_map, description, node, wish)
        if locked is not None:
            return locked
        others = description.affected_by(name)
        before = _values(node_map, others)
        reason = ""
        try:
            node.execute()
        except GENTL_ERRORS as error:
            reason = describe_error(error, encoding)
        if name in _LOADS_ALL:
            for any_node in node_map.nodes:
                any_node.node.invalidate_node()
        change = FeatureChange(
            feature=name,
            wanted=True,
            applied=not reason,
            reason=reason,
            selectors=wish.selectors,
            changed=_changed(before, _values(node_map, others)),
        )
    return _with_note(Attempt(change), selection.not_back)


def _write(
    node_map: Any,
    description: CameraDescription,
    setting: FeatureSetting,
    others: tuple[str, ...],
    clamp: bool,
    encoding: str,
) -> Attempt:
    name = setting.feature
    old = read_feature(node_map, name, encoding=encoding).value
    locked = _locked(node_map, description, find_node(node_map, name), setting, old)
    if locked is not None:
        return locked
    before = _values(node_map, others)
    try:
        result = write_feature(node_map, name, setting.value, clamp=clamp, encoding=encoding)
    except _REFUSED_TYPES as error:
        reason = f"the value cannot be given to a camera ({error})"
        result = FeatureResult(name, setting.value, False, old, reason)
    applied, value, reason = result.applied, result.value, result.reason
    if applied and result.value is not None:
        # GenApi answers with what was written where the XML says that the camera holds it.
        value = _read_back(node_map, description, name, encoding)
        if value is not None and not same_value(value, result.value):
            applied, reason = False, f"the camera answered {_text(value)}"
    if applied and result.outside and old == value:
        applied = False
        reason = f"{reason.partition(', ')[2]}, and it is {_text(value)} already"
    elif applied and not reason and _rounded(setting.value, value):
        reason = f"the camera rounded it to {_text(value)}"
    change = FeatureChange(
        feature=name,
        wanted=setting.value,
        applied=applied,
        value=_or_none(value),
        old=_or_none(old),
        reason=reason,
        selectors=setting.selectors,
        changed=_changed(before, _values(node_map, others)),
    )
    return Attempt(change)


def _read_back(
    node_map: Any, description: CameraDescription, name: str, encoding: str
) -> FeatureValue | None:
    """Return the value that the camera has, not the one that GenApi has in its cache."""
    # A feature may be a register itself.
    for written in (name, *description.written_by(name)):
        node = getattr(node_map, written, None)
        if node is not None:
            node.node.invalidate_node()
    return read_feature(node_map, name, encoding=encoding).value


def _locked(
    node_map: Any,
    description: CameraDescription,
    node: Any,
    wish: FeatureSetting,
    old: FeatureValue | None = None,
) -> Attempt | None:
    """Return the answer for a feature that cannot be written now, None for one that can."""
    access = value_or(EAccessMode.NA, lambda: node.node.get_access_mode())
    if access in _WRITABLE:
        return None
    change = _refused(wish, "")
    if old is not None and (old == wish.value or str(old) == wish.value):
        return Attempt(msgspec.structs.replace(change, applied=True, value=_or_none(old)))
    lock = find_lock(node_map, description, wish.feature, access)
    if lock is not None:
        reason = lock.text
    else:
        reason = NOT_AVAILABLE if access == EAccessMode.NA else "the camera lets it only be read"
    change = msgspec.structs.replace(change, value=_or_none(old), old=_or_none(old), reason=reason)
    return Attempt(change, "wrong" if lock is None else "locked", lock)


def _refused(wish: FeatureSetting, reason: str) -> FeatureChange:
    return FeatureChange(wish.feature, wish.value, False, reason=reason, selectors=wish.selectors)


def _unknown(description: CameraDescription, wish: FeatureSetting) -> Attempt:
    reason = f"{NO_SUCH_FEATURE}{proposal(wish.feature, description.names)}"
    return Attempt(_refused(wish, reason), "unknown")


def _with_note(attempt: Attempt, note: str) -> Attempt:
    if not note:
        return attempt
    reason = "; ".join(filter(None, (attempt.change.reason, note)))
    change = msgspec.structs.replace(attempt.change, reason=reason)
    return Attempt(change, attempt.failure, attempt.lock)


def _values(node_map: Any, names: Iterable[str]) -> dict[str, FeatureValue]:
    """Return the values of features that have one now."""
    values: dict[str, FeatureValue] = {}
    for name in names:
        value = value_or(None, partial(_value, node_map, name))
        if value is not None:
            values[name] = sendable(value)
    return values


def _value(node_map: Any, name: str) -> FeatureValue | None:
    node = find_node(node_map, name)
    return None if node is None else feature_value(node)


def _changed(
    before: dict[str, FeatureValue], after: dict[str, FeatureValue]
) -> dict[str, FeatureValue]:
    return {name: value for name, value in after.items() if before.get(name) != value}


def _rounded(wanted: FeatureValue, value: FeatureValue | None) -> bool:
    if not isinstance(value, float) or not isinstance(wanted, (int, float)):
        return False
    return not math.isclose(value, wanted, rel_tol=1e-6)


def _or_none(value: FeatureValue | None) -> FeatureValue | None:
    return None if value is None else sendable(value)


def _text(value: FeatureValue | None) -> str:
    return number_text(value) if isinstance(value, (int, float)) else str(value)
