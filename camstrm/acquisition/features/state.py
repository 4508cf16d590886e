"""The state of features as the camera has it now: value, limits, entries, access, and its lock."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

from camstrm.acquisition.features.access import EAccessMode, feature_value
from camstrm.acquisition.features.description import CameraDescription
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE
from camstrm.acquisition.features.limits import increment
from camstrm.acquisition.features.locks import find_lock
from camstrm.acquisition.gentl.error_text import code_in
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, describe_error, value_or
from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.gentl.register_error import RegisterError
from camstrm.feature import Access, FeatureState, FeatureValue

__all__ = ["read_state", "read_states", "sendable"]

_ACCESS: dict[Any, Access] = {
    EAccessMode.RW: "RW",
    EAccessMode.RO: "RO",
    EAccessMode.WO: "WO",
    EAccessMode.NA: "NA",
    EAccessMode.NI: "NI",
}

_INT64_LIMITS = (-(2**63), 2**63 - 1)

_WITHOUT_VALUE = ("command", "register")


_GONE = (GcError.ABORT, GcError.INVALID_HANDLE)
"""Of a register access: the camera is being closed, or was."""

_MOST_TIMEOUTS = 2
"""Features in a row whose registers nobody answers. One may be a fault of its XML; after two the
camera is gone, and each further one would take seconds."""


def read_states(
    node_map: Any,
    description: CameraDescription,
    names: Iterable[str],
    *,
    encoding: str = "gbk",
    goes_on: Callable[[], bool] = lambda: True,
) -> dict[str, FeatureState]:
    """Return the states of features until ``goes_on``, asked before each, says no.

    What GenApi has in its cache is not read from the camera. Raises RegisterError for a camera
    that does not answer any more.
    """
    states: dict[str, FeatureState] = {}
    silent = 0
    for name in names:
        if not goes_on():
            break
        try:
            states[name] = read_state(node_map, description, name, encoding=encoding)
            silent = 0
        except RegisterError as error:
            silent += 1
            if error.code in _GONE or silent >= _MOST_TIMEOUTS:
                raise
            states[name] = FeatureState("NA", problem=describe_error(error, encoding))
    return states


def read_state(
    node_map: Any, description: CameraDescription, name: str, *, encoding: str = "gbk"
) -> FeatureState:
    """Return the state of one feature; called with the lock of the node map.

    What cannot be read is the state's ``problem``. Raises RegisterError where nobody answers.
    """
    info = description.info(name)
    node = getattr(node_map, name, None) if info is not None else None
    if info is None or node is None:
        return FeatureState("NI", problem=NO_SUCH_FEATURE)
    try:
        mode = node.node.get_access_mode()
    except GENTL_ERRORS as error:
        _raise_silence(error)
        return FeatureState("NA", problem=describe_error(error, encoding))
    access = _ACCESS.get(mode, "NI")
    lock = value_or(None, lambda: find_lock(node_map, description, name, mode))
    value: FeatureValue | None = None
    problem = ""
    if access in ("RW", "RO") and info.type not in _WITHOUT_VALUE:
        value, problem = _read_value(node, info.type, encoding)
    # What is hidden has neither limits nor entries, and asking costs registers.
    there = access in ("RW", "RO", "WO")
    numeric = there and info.type in ("integer", "float")
    choice = there and info.type == "enumeration"
    return FeatureState(
        access,
        value,
        minimum=_number(lambda: node.min) if numeric else None,
        maximum=_number(lambda: node.max) if numeric else None,
        increment=_number(lambda: increment(node)) if numeric else None,
        entries=value_or((), lambda: tuple(str(s) for s in node.symbolics)) if choice else (),
        locked_by=lock.sentence if lock is not None else "",
        needs_stop=lock is not None and lock.streaming,
        problem=problem,
    )


def _read_value(node: Any, kind: str, encoding: str) -> tuple[FeatureValue | None, str]:
    """Return a node's value as messages can carry it, and why there is none."""
    try:
        value = feature_value(node)
    except UnicodeDecodeError as error:
        return _in_other_encoding(error, encoding)
    except GENTL_ERRORS as error:
        _raise_silence(error)
        number = value_or(None, lambda: node.get_int_value()) if kind == "enumeration" else None
        if number is not None:
            return None, f"it holds {number}, which none of its entries has"
        return None, describe_error(error, encoding)
    if value is None:
        return None, "the camera gave no value"
    return sendable(value), ""


def _raise_silence(error: Exception) -> None:
    """Raise the error of a camera that does not answer."""
    if isinstance(error, RegisterError) and error.code in (*_GONE, GcError.TIMEOUT):
        raise error


def _in_other_encoding(error: UnicodeDecodeError, encoding: str) -> tuple[str | None, str]:
    """Return a text that is not UTF-8: a value in the maker's encoding, or an error's words."""
    data = bytes(error.object)
    if code_in(data.decode("latin-1")) is not None:
        return None, describe_error(error, encoding)
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError:
        return None, f"its bytes are not UTF-8: {data[:8].hex(' ')}"


def sendable(value: FeatureValue) -> FeatureValue:
    """Return a value that JSON has: a number that is not finite becomes its name."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _number(read: Callable[[], Any]) -> int | float | None:
    """Return a limit, None where there is none or it is only that of the number's type."""
    value = value_or(None, read)
    if isinstance(value, float):
        return value if abs(value) < sys.float_info.max else None
    return value if isinstance(value, int) and value not in _INT64_LIMITS else None
