"""What a number becomes before it is written: limits, steps, and limits that are not sane."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.gentl.binding import genapi
from camstrm.acquisition.gentl.errors import value_or

__all__ = ["Limited", "increment", "limit", "number_text"]

EInterfaceType = genapi.EInterfaceType

_WRITES_TO = ("pValue", "pValueIndexed", "pValueDefault")
"""Properties of a node that name the nodes which a write goes to (GenApi schema 1.1)."""


@dataclass(frozen=True)
class Limited:
    """``value`` to write (None: do not write), and ``reason`` where it is not the wanted one.

    ``outside``: the wanted one is out of the camera's range.
    """

    value: float | None
    reason: str = ""
    outside: bool = False


def limit(node: Any, wanted: float, *, integer: bool, clamp: bool) -> Limited:
    """Fit a finite number into a node's limits and steps; say why if it cannot be written.

    Without ``clamp`` a number out of range is not written. Between two steps it is the lower
    one: a size that must not exceed something (an MTU) does not.
    Raises what the binding raises for limits that cannot be read.
    """
    low, high = node.min, node.max
    if low > high:
        return Limited(
            None,
            "the camera's limits contradict each other: "
            f"minimum {number_text(low)}, maximum {number_text(high)}",
        )
    step = increment(node) if integer else None
    if _ends_in_no_step(node):
        step = 0
    if step is not None and step <= 0:
        return Limited(
            None, f"the camera says that its increment is {number_text(step)}: it cannot be set"
        )
    value: float = round(wanted) if integer else float(wanted)
    allowed = f"the camera allows {number_text(low)} to {number_text(high)}"
    outside = not low <= value <= high
    if outside:
        if not clamp:
            return Limited(None, allowed, outside=True)
        if low == high:
            return Limited(None, f"the camera allows only {number_text(low)}", outside=True)
        value = min(max(value, low), high)
    if integer and step:
        value = int(low + (int(value) - low) // step * step)
    if value == wanted:
        return Limited(value)
    done = f"set to {number_text(value)}"
    if outside:
        return Limited(value, f"{done}, {allowed}", outside=True)
    if not integer:
        return Limited(value, done)
    if step and step > 1:
        return Limited(value, f"{done}: steps of {number_text(step)} from {number_text(low)}")
    return Limited(value, f"{done}: whole numbers only")


def increment(node: Any) -> float | None:
    """Return the step between two values of a node, None where it has none."""
    if getattr(node, "has_inc", None) is not None and not node.has_inc():
        return None
    step = value_or(None, lambda: node.inc)
    return step if isinstance(step, (int, float)) else None


def number_text(value: float) -> str:
    """Return a number exactly, without a decimal point where it needs none."""
    return repr(value).removesuffix(".0")


def _ends_in_no_step(node: Any) -> bool:
    """Return whether a float is stored in an integer whose increment is 0.

    GenApi 3.5 divides by it: the process ends with SIGFPE. It does so directly below the float
    and behind converters, where the float itself has no increment; an integer, enumeration,
    boolean or command in the same place is refused with an exception (tried with each).
    """
    # Properties take 20 ms each in a large XML: they are asked only if there is a suspect.
    return _reaches(node, lambda face: face.children) and _reaches(node, _written_to)


def _reaches(node: Any, below: Callable[[Any], Iterable[Any]]) -> bool:
    """Return whether an integer with increment 0 is ``below`` a node, or below one of those."""
    waiting, seen = [node], {node.node.name}
    while waiting:
        node = waiting.pop()
        kind = node.node.principal_interface_type
        if kind == EInterfaceType.intfIInteger and increment(node) == 0:
            return True
        for child in below(node.node):
            if child.node.name not in seen:
                seen.add(child.node.name)
                waiting.append(child)
    return False


def _written_to(face: Any) -> Iterable[Any]:
    present = set(face.property_names).intersection(_WRITES_TO)
    names = {n for name in present for n in re.findall(r"\w+", face.get_property(name)[0])}
    return [child for child in face.children if child.node.name in names]
