"""Arrangements that a person has given a name. No Qt.

The page has the same in model/layouts.js; tests/vectors/viewing/layouts.json holds both to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, to_builtins

__all__ = ["MODES", "NamedLayout", "as_setting", "read_layouts", "with_layout"]

MODES = ("auto", "grid", "large")
"""How the pictures share the window."""

_MOST = 50
"""Arrangements that are kept; the oldest go."""


class NamedLayout(Struct, frozen=True):
    """``order``: names of cameras; ``camera``: the one that is shown alone, "": all are."""

    name: str
    mode: str = "auto"
    large: str = ""
    order: tuple[str, ...] = ()
    camera: str = ""


def read_layouts(kept: Iterable[Any]) -> list[NamedLayout]:
    """Return those of a setting that have a name; what cannot be read of one is left out."""
    found = []
    for entry in list(kept)[:_MOST]:
        members = entry if isinstance(entry, dict) else {}
        name, mode, order = (members.get(member) for member in ("name", "mode", "order"))
        if not isinstance(name, str) or not name:
            continue
        names = order if isinstance(order, (list, tuple)) else ()
        found.append(
            NamedLayout(
                name,
                mode if mode in MODES else MODES[0],
                _text(members.get("large")),
                tuple(camera for camera in names if isinstance(camera, str)),
                _text(members.get("camera")),
            )
        )
    return found


def with_layout(layouts: list[NamedLayout], layout: NamedLayout) -> list[NamedLayout]:
    """Return the layouts with another one, in place of one of the same name."""
    if any(other.name == layout.name for other in layouts):
        return [layout if other.name == layout.name else other for other in layouts]
    return [*layouts, layout][-_MOST:]


def as_setting(layouts: Iterable[NamedLayout]) -> list[Any]:
    """Return what a settings file keeps."""
    return [to_builtins(layout) for layout in layouts]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
