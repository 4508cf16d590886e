"""Describe the features of a node map, also those that misbehave."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from camstrm.acquisition.features.access import (
    EAccessMode,
    EInterfaceType,
    feature_value,
    find_node,
)
from camstrm.acquisition.features.facts import NOT_AVAILABLE, FeatureDescription, FeatureResult
from camstrm.acquisition.features.limits import increment
from camstrm.acquisition.gentl.error_text import code_in
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, describe_error, value_or
from camstrm.config import FeatureValue

__all__ = [
    "describe_feature",
    "feature_names",
    "feature_type",
    "similar",
    "with_proposal",
]

_TYPES = {
    EInterfaceType.intfIInteger: "integer",
    EInterfaceType.intfIFloat: "float",
    EInterfaceType.intfIBoolean: "boolean",
    EInterfaceType.intfIEnumeration: "enumeration",
    EInterfaceType.intfIString: "string",
    EInterfaceType.intfICommand: "command",
    EInterfaceType.intfIRegister: "register",
}

_ACCESS = {
    EAccessMode.RW: "rw",
    EAccessMode.RO: "ro",
    EAccessMode.WO: "wo",
    EAccessMode.NA: "na",
}


def feature_names(node_map: Any) -> list[str]:
    """Return the names of all features, sorted without regard to case.

    These are the nodes of the tree, and those that can be written and that no category and no
    other node refers to: some XMLs leave AcquisitionFrameRate out of every category.
    """
    names = {node.node.name for node in node_map.nodes if _is_listed(node.node)}
    return sorted(names, key=lambda name: (name.casefold(), name))


def _is_listed(face: Any) -> bool:
    if face.is_feature():
        return True
    # get_property("NodeType") would say more, and takes 20 ms for each node of a large XML.
    if face.parents or face.principal_interface_type not in _TYPES:
        return False
    ports = (c.node.principal_interface_type == EInterfaceType.intfIPort for c in face.children)
    return face.get_access_mode() in (EAccessMode.RW, EAccessMode.WO) and not any(ports)


def describe_feature(
    node_map: Any, name: str, *, encoding: str = "gbk"
) -> FeatureDescription | None:
    """Describe one feature; None for a name that the camera does not implement, or a category."""
    node = find_node(node_map, name)
    if node is None:
        return None
    kind = _TYPES.get(node.node.principal_interface_type)
    if kind is None:
        return None
    access = _ACCESS.get(node.node.get_access_mode(), "na")
    facts: dict[str, Any] = {"problem": NOT_AVAILABLE} if access == "na" else {}
    for text in ("display_name", "tooltip"):
        facts[text] = str(value_or("", partial(getattr, node.node, text)) or "")
    if access in ("rw", "ro") and kind not in ("command", "register"):
        facts["value"], facts["problem"] = _read(node, kind, encoding)
    if kind in ("integer", "float"):
        facts["min"] = _number(lambda: node.min)
        facts["max"] = _number(lambda: node.max)
        facts["increment"] = increment(node)
        facts["unit"] = value_or("", lambda: node.unit or "")
    elif kind == "enumeration":
        facts["entries"] = value_or((), lambda: tuple(str(s) for s in node.symbolics))
    return FeatureDescription(name, kind, access, **facts)


def feature_type(node_map: Any, name: str) -> str:
    """Return a feature's type (see FeatureDescription), empty for what is none."""
    node = find_node(node_map, name)
    return "" if node is None else _TYPES.get(node.node.principal_interface_type, "")


def with_proposal(node_map: Any, result: FeatureResult) -> FeatureResult:
    """Return the result for a name that the camera has not with the names that may be meant."""
    meant = " or ".join(similar(result.name, value_or([], lambda: feature_names(node_map))))
    if not meant:
        return result
    return msgspec.structs.replace(result, reason=f"{result.reason}; did you mean {meant}?")


def similar(wanted: str, names: Sequence[str], most: int = 3) -> list[str]:
    """Return names that may be meant, the best first; case does not count."""
    by_folded = {name.casefold(): name for name in reversed(names)}
    folded = wanted.casefold()
    if folded in by_folded:
        return [by_folded[folded]]
    close = difflib.get_close_matches(folded, by_folded, n=most, cutoff=0.7)
    if len(folded) >= 4:
        close += [name for name in by_folded if folded in name and name not in close]
    return [by_folded[name] for name in close[:most]]


def _read(node: Any, kind: str, encoding: str) -> tuple[FeatureValue | None, str]:
    try:
        value = feature_value(node)
    except UnicodeDecodeError as error:
        if code_in(error.object.decode("latin-1")) is None:
            return None, f"its bytes are not UTF-8: {error.object[:8].hex(' ')}"
        return None, describe_error(error, encoding)
    except GENTL_ERRORS as error:
        number = value_or(None, lambda: node.get_int_value()) if kind == "enumeration" else None
        if number is not None:
            return None, f"it holds {number}, which none of its entries has"
        return None, describe_error(error, encoding)
    if value is None:
        return None, "the camera gave no value"
    return _finite(value), ""


def _finite(value: FeatureValue) -> FeatureValue:
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _number(read: Callable[[], Any]) -> Any:
    value = value_or(None, read)
    return _finite(value) if isinstance(value, (int, float)) else None
