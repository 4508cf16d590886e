"""Read and write GenICam features of a node map, one result per feature.

Set only what is there and writable, clamp to the limits, read back, and say what was
not applied and why: cameras of one maker differ from model to model.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.binding import genapi
from camstrm.acquisition.gentl_errors import GENTL_ERRORS, describe_error
from camstrm.config import FeatureValue

__all__ = [
    "NO_SUCH_FEATURE",
    "FeatureResult",
    "choose_entry",
    "describe_feature",
    "enum_entries",
    "has_feature",
    "list_features",
    "read_feature",
    "write_feature",
]

EAccessMode = genapi.EAccessMode
EInterfaceType = genapi.EInterfaceType

NO_SUCH_FEATURE = "the camera has no such feature"
"""The reason of a FeatureResult for a node that does not exist or is not available."""

_READABLE = (EAccessMode.RO, EAccessMode.RW)
_WRITABLE = (EAccessMode.WO, EAccessMode.RW)


@dataclass(frozen=True)
class FeatureResult:
    """What became of one feature.

    ``applied`` is True when the camera now has the wanted value, within its own limits
    and steps. ``value`` is what was read back (None: not readable); ``reason`` says why
    it differs or could not be set.
    """

    name: str
    wanted: FeatureValue | None
    applied: bool
    value: FeatureValue | None = None
    reason: str = ""

    def __str__(self) -> str:
        wanted = f"{self.name}={self.wanted}"
        if self.applied:
            return f"{wanted} ({self.reason})" if self.reason else wanted
        return f"{wanted} not applied: {self.reason}"


def write_feature(
    node_map: Any, name: str, wanted: FeatureValue, *, clamp: bool = True, encoding: str = "gbk"
) -> FeatureResult:
    """Set one feature; a command node is executed when ``wanted`` is True."""
    try:
        node = _node(node_map, name)
        if node is None:
            return FeatureResult(name, wanted, False, reason=NO_SUCH_FEATURE)
        if node.node.get_access_mode() not in _WRITABLE:
            value = _value(node)
            same = value is not None and _same(value, wanted)
            reason = "" if same else "not writable now"
            return FeatureResult(name, wanted, same, value, reason)
        return _write(node, name, wanted, clamp)
    except GENTL_ERRORS as error:
        return FeatureResult(name, wanted, False, reason=describe_error(error, encoding))


def read_feature(node_map: Any, name: str, *, encoding: str = "gbk") -> FeatureResult:
    """Read one feature; ``applied`` is False when it cannot be read."""
    try:
        node = _node(node_map, name)
        if node is None:
            return FeatureResult(name, None, False, reason=NO_SUCH_FEATURE)
        value = _value(node)
        return FeatureResult(name, None, value is not None, value)
    except GENTL_ERRORS as error:
        return FeatureResult(name, None, False, reason=describe_error(error, encoding))


def list_features(node_map: Any) -> list[dict[str, Any]]:
    """Describe every feature: name, type, access, value, limits or entries."""
    rows = []
    for name in sorted(n for n in dir(node_map) if n[:1].isupper()):
        with contextlib.suppress(*GENTL_ERRORS):
            row = describe_feature(node_map, name)
            if row is not None:
                rows.append(row)
    return rows


def describe_feature(node_map: Any, name: str) -> dict[str, Any] | None:
    """Return name, type, access, value and limits or entries; None for no such feature."""
    node = _node(node_map, name)
    if node is None:
        return None
    kind = _interface(node)
    names = {
        EInterfaceType.intfIInteger: "integer",
        EInterfaceType.intfIFloat: "float",
        EInterfaceType.intfIBoolean: "boolean",
        EInterfaceType.intfIEnumeration: "enumeration",
        EInterfaceType.intfIString: "string",
        EInterfaceType.intfICommand: "command",
    }
    if kind not in names:
        return None
    row: dict[str, Any] = {
        "name": name,
        "type": names[kind],
        "access": "rw" if node.node.get_access_mode() in _WRITABLE else "ro",
        "value": None if kind == EInterfaceType.intfICommand else _value(node),
    }
    if kind in (EInterfaceType.intfIInteger, EInterfaceType.intfIFloat):
        row["min"], row["max"] = node.min, node.max
        with contextlib.suppress(AttributeError, *GENTL_ERRORS):
            row["unit"] = node.unit or ""
    elif kind == EInterfaceType.intfIEnumeration:
        row["entries"] = [str(s) for s in node.symbolics]
    return row


def enum_entries(node_map: Any, name: str) -> tuple[str, ...]:
    """Return the available entries of an enumeration, empty if there is no such node."""
    with contextlib.suppress(*GENTL_ERRORS):
        node = _node(node_map, name)
        if node is not None and _interface(node) == EInterfaceType.intfIEnumeration:
            return tuple(str(s) for s in node.symbolics)
    return ()


def has_feature(node_map: Any, name: str) -> bool:
    """Return whether the camera has the feature and offers it now."""
    with contextlib.suppress(*GENTL_ERRORS):
        return _node(node_map, name) is not None
    return False


def choose_entry(node_map: Any, name: str, wanted: Sequence[str]) -> str | None:
    """Return the first of ``wanted`` that an enumeration offers, None if it has none."""
    entries = enum_entries(node_map, name)
    return next((entry for entry in wanted if entry in entries), None)


def _node(node_map: Any, name: str) -> Any:
    # The binding raises AttributeError for a node that is not in the camera's XML.
    node = getattr(node_map, name, None)
    if node is None or node.node.get_access_mode() in (EAccessMode.NI, EAccessMode.NA):
        return None
    return node


def _interface(node: Any) -> Any:
    return node.node.principal_interface_type


def _value(node: Any) -> FeatureValue | None:
    if node.node.get_access_mode() not in _READABLE:
        return None
    value = getattr(node, "value", None)
    return value if isinstance(value, (bool, int, float, str)) else None


def _write(node: Any, name: str, wanted: FeatureValue, clamp: bool) -> FeatureResult:
    kind = _interface(node)
    if kind == EInterfaceType.intfICommand:
        if wanted is True:
            node.execute()
        return FeatureResult(name, wanted, True)
    to_set: FeatureValue = wanted
    reason = ""
    if kind == EInterfaceType.intfIEnumeration:
        entries = tuple(str(s) for s in node.symbolics)
        if str(wanted) not in entries:
            listed = ", ".join(entries) or "none"
            text = f"no entry {wanted!r}; available: {listed}"
            return FeatureResult(name, wanted, False, _value(node), text)
        to_set = str(wanted)
    elif kind in (EInterfaceType.intfIInteger, EInterfaceType.intfIFloat):
        if isinstance(wanted, (bool, str)) or not math.isfinite(wanted):
            return FeatureResult(name, wanted, False, _value(node), "wanted a number")
        integer = kind == EInterfaceType.intfIInteger
        to_set = round(wanted) if integer else float(wanted)
        if clamp:
            to_set = _clamp(node, to_set, integer)
        if to_set != wanted:
            reason = f"set to {to_set:g}, the camera allows {node.min:g} to {node.max:g}"
    elif kind == EInterfaceType.intfIBoolean:
        if not isinstance(wanted, bool):
            return FeatureResult(name, wanted, False, _value(node), "wanted true or false")
    elif kind == EInterfaceType.intfIString:
        to_set = str(wanted)
    else:
        return FeatureResult(name, wanted, False, reason="a feature of this kind cannot be set")
    node.value = to_set
    value = _value(node)
    if value is not None and not _same(value, to_set):
        return FeatureResult(name, wanted, False, value, f"the camera answered {value!r}")
    return FeatureResult(name, wanted, True, value, reason)


def _clamp(node: Any, value: float, integer: bool) -> float:
    low, high = node.min, node.max
    value = min(max(value, low), high)
    if not integer:
        return value
    step = getattr(node, "inc", 1) or 1
    return int(low + (int(value) - low) // step * step)


def _same(value: FeatureValue, wanted: FeatureValue) -> bool:
    if isinstance(value, float) and isinstance(wanted, (int, float)):
        # A camera rounds to what its registers hold (exposure in line times).
        return math.isclose(value, wanted, rel_tol=0.02, abs_tol=1e-6)
    if isinstance(value, str) or isinstance(wanted, str):
        return str(value) == str(wanted)
    return value == wanted
