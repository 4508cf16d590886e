"""Read and write GenICam features of a node map, one result per feature.

Set only what is there and writable, clamp to the limits, read back, and say what was
not applied and why: cameras of one maker differ from model to model.
"""

from __future__ import annotations

import contextlib
import difflib
import math
from collections.abc import Sequence
from typing import Any

from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, NOT_AVAILABLE, FeatureResult
from camstrm.acquisition.features.limits import increment, limit, number_text
from camstrm.acquisition.gentl.binding import genapi
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, describe_error, value_or
from camstrm.config import FeatureValue

__all__ = [
    "EAccessMode",
    "EInterfaceType",
    "choose_entry",
    "enum_entries",
    "feature_value",
    "find_node",
    "has_feature",
    "read_feature",
    "read_positive",
    "same_value",
    "truth_of",
    "write_feature",
]

EAccessMode = genapi.EAccessMode
EInterfaceType = genapi.EInterfaceType

_TRUE = ("true", "on", "yes", "1")
_FALSE = ("false", "off", "no", "0")
"""Texts for true and false, and the entries of enumerations that stand for them."""

_READABLE = (EAccessMode.RO, EAccessMode.RW)
_WRITABLE = (EAccessMode.WO, EAccessMode.RW)


def write_feature(
    node_map: Any, name: str, wanted: FeatureValue, *, clamp: bool = True, encoding: str = "gbk"
) -> FeatureResult:
    """Set one feature; a command node is executed when ``wanted`` is True.

    With ``clamp`` a number out of range becomes the nearest possible one. Nothing is written
    that the camera has already where it cannot be written.
    """
    try:
        node = find_node(node_map, name)
        if node is None:
            return FeatureResult(name, wanted, False, reason=NO_SUCH_FEATURE)
        access = node.node.get_access_mode()
        if access == EAccessMode.NA:
            return FeatureResult(name, wanted, False, reason=NOT_AVAILABLE)
        if access not in _WRITABLE:
            return _unwritten(node, name, wanted, "not writable now")
        return _write(node, name, wanted, clamp)
    except GENTL_ERRORS as error:
        return FeatureResult(name, wanted, False, reason=describe_error(error, encoding))


def read_feature(node_map: Any, name: str, *, encoding: str = "gbk") -> FeatureResult:
    """Read one feature; ``applied`` is False when it cannot be read."""
    try:
        node = find_node(node_map, name)
        if node is None:
            return FeatureResult(name, None, False, reason=NO_SUCH_FEATURE)
        value = feature_value(node)
        reason = "" if value is not None else "not readable now"
        return FeatureResult(name, None, value is not None, value, reason)
    except GENTL_ERRORS as error:
        return FeatureResult(name, None, False, reason=describe_error(error, encoding))


def read_positive(node_map: Any, *names: str) -> float:
    """Return the first of these features that is a finite number above 0; 0 if none is."""
    for name in names:
        value = read_feature(node_map, name).value
        if isinstance(value, (int, float)) and value is not True and 0 < value < math.inf:
            return value
    return 0


def enum_entries(node_map: Any, name: str) -> tuple[str, ...]:
    """Return the available entries of an enumeration, empty if there is no such node."""
    with contextlib.suppress(*GENTL_ERRORS):
        node = find_node(node_map, name)
        if node is not None and _interface(node) == EInterfaceType.intfIEnumeration:
            return _entries(node)
    return ()


def has_feature(node_map: Any, name: str) -> bool:
    """Return whether the camera has the feature and offers it now."""
    node = value_or(None, lambda: find_node(node_map, name))
    return node is not None and value_or(
        False, lambda: node.node.get_access_mode() != EAccessMode.NA
    )


def choose_entry(node_map: Any, name: str, wanted: Sequence[str]) -> str | None:
    """Return the first of ``wanted`` that an enumeration offers, None if it has none."""
    entries = enum_entries(node_map, name)
    return next((entry for entry in wanted if entry in entries), None)


def find_node(node_map: Any, name: str) -> Any:
    """Return a node that the camera implements, None for others; it may not be available now."""
    # The binding raises AttributeError for a node that is not in the camera's XML; a name may
    # also be that of a method of the node map.
    node = getattr(node_map, name, None)
    if node is None or not hasattr(node, "node"):
        return None
    return None if node.node.get_access_mode() == EAccessMode.NI else node


def feature_value(node: Any) -> FeatureValue | None:
    """Return the value of a node, None where it has none; raises what the binding raises."""
    if node.node.get_access_mode() not in _READABLE:
        return None
    value = getattr(node, "value", None)
    return value if isinstance(value, (bool, int, float, str)) else None


def _readable_value(node: Any) -> FeatureValue | None:
    return value_or(None, lambda: feature_value(node))


def _interface(node: Any) -> Any:
    return node.node.principal_interface_type


def _entries(node: Any) -> tuple[str, ...]:
    return tuple(str(symbolic) for symbolic in node.symbolics)


def truth_of(value: FeatureValue) -> bool | None:
    """Return what a value says of something that is on or off, None where it says neither."""
    text = str(value).strip().casefold()
    return True if text in _TRUE else False if text in _FALSE else None


def _entry(entries: Sequence[str], wanted: FeatureValue) -> str | None:
    """Return the entry that is meant; true and false are also the entries On and Off."""
    if str(wanted) in entries:
        return str(wanted)
    number = isinstance(wanted, (int, float)) and not isinstance(wanted, bool)
    truth = None if number else truth_of(wanted)
    if truth is None:
        return None
    texts = _TRUE if truth else _FALSE
    return next((e for text in texts[:3] for e in entries if e.casefold() == text), None)


def _unwritten(node: Any, name: str, wanted: FeatureValue, reason: str) -> FeatureResult:
    """Return the result for a node that is not written: applied if it has the value anyway."""
    value = _readable_value(node)
    goal: FeatureValue | None = wanted
    if _interface(node) == EInterfaceType.intfIEnumeration:
        with contextlib.suppress(*GENTL_ERRORS):
            goal = _entry(_entries(node), wanted) or str(wanted)
    same = value is not None and goal is not None and same_value(value, goal)
    return FeatureResult(name, wanted, same, value, "" if same else reason)


def _write(node: Any, name: str, wanted: FeatureValue, clamp: bool) -> FeatureResult:
    kind = _interface(node)
    if kind == EInterfaceType.intfICommand:
        if wanted is True:
            node.execute()
        return FeatureResult(name, wanted, True)
    to_set: FeatureValue = wanted
    reason, outside = "", False
    if kind == EInterfaceType.intfIEnumeration:
        entries = _entries(node)
        entry = _entry(entries, wanted)
        if entry is None:
            return _unwritten(node, name, wanted, _no_entry(entries, wanted))
        to_set = entry
    elif kind in (EInterfaceType.intfIInteger, EInterfaceType.intfIFloat):
        if isinstance(wanted, (bool, str)) or not math.isfinite(wanted):
            return FeatureResult(name, wanted, False, _readable_value(node), "wanted a number")
        integer = kind == EInterfaceType.intfIInteger
        limited = limit(node, wanted, integer=integer, clamp=clamp)
        if limited.value is None:
            return _unwritten(node, name, wanted, limited.reason)
        to_set, reason, outside = limited.value, limited.reason, limited.outside
    elif kind == EInterfaceType.intfIBoolean:
        truth = wanted if isinstance(wanted, bool) else None
        if isinstance(wanted, str):
            truth = truth_of(wanted)
        if truth is None:
            value = _readable_value(node)
            return FeatureResult(name, wanted, False, value, "wanted true or false")
        to_set = truth
    elif kind == EInterfaceType.intfIString:
        to_set = str(wanted)
    else:
        return FeatureResult(name, wanted, False, reason="a feature of this kind cannot be set")
    node.value = to_set
    value = _readable_value(node)
    if value is None or same_value(value, to_set):
        return FeatureResult(name, wanted, True, value, reason, outside)
    step = increment(node) if kind == EInterfaceType.intfIFloat else None
    if step and isinstance(value, float) and abs(value - float(to_set)) <= step:
        steps = f"steps of {number_text(step)} from {number_text(node.min)}"
        reason = f"set to {number_text(value)}: {steps}"
        return FeatureResult(name, wanted, True, value, reason, outside)
    return FeatureResult(name, wanted, False, value, f"the camera answered {value!r}")


def _no_entry(entries: Sequence[str], wanted: FeatureValue) -> str:
    folded = {entry.casefold(): entry for entry in entries}
    close = difflib.get_close_matches(str(wanted).casefold(), folded, n=1, cutoff=0.7)
    meant = f"; did you mean {folded[close[0]]!r}?" if close else ";"
    return f"no entry {wanted!r}{meant} available: {', '.join(entries) or 'none'}"


def same_value(value: FeatureValue, wanted: FeatureValue) -> bool:
    """Return whether a camera that has ``value`` has what was wanted, but for its rounding."""
    if isinstance(value, float) and isinstance(wanted, (int, float)):
        # A camera rounds to what its registers hold (exposure in line times).
        return math.isclose(value, wanted, rel_tol=0.02, abs_tol=1e-6)
    if isinstance(value, str) or isinstance(wanted, str):
        return str(value) == str(wanted)
    return value == wanted
