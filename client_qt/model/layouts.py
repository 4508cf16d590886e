"""Arrangements that a person has given a name. No Qt; the page has the same in model/layouts.js."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

__all__ = ["MODES", "NamedLayout", "as_setting", "read_layouts", "with_layout"]

MODES = ("auto", "grid", "large")
"""How the pictures share the window."""

_MOST = 50


class NamedLayout(Struct, frozen=True):
    """``order``: names of cameras; ``camera``: the one that is shown alone, "": all are."""

    name: str
    mode: str = "auto"
    large: str = ""
    order: tuple[str, ...] = ()
    camera: str = ""


def read_layouts(kept: Iterable[Any]) -> list[NamedLayout]:
    """Return those of a setting that can be read."""
    found = []
    for entry in list(kept)[:_MOST]:
        try:
            layout = convert(entry, NamedLayout)
        except ValidationError:
            continue
        if layout.name and layout.mode in MODES:
            found.append(layout)
    return found


def with_layout(layouts: list[NamedLayout], layout: NamedLayout) -> list[NamedLayout]:
    """Return the layouts with another one, in place of one of the same name."""
    if any(other.name == layout.name for other in layouts):
        return [layout if other.name == layout.name else other for other in layouts]
    return [*layouts, layout][-_MOST:]


def as_setting(layouts: Iterable[NamedLayout]) -> list[Any]:
    """Return what a settings file keeps."""
    return [to_builtins(layout) for layout in layouts]
