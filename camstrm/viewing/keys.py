"""The table of actions: what a viewer can do, in the order of menus and of the list of keys."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert

__all__ = ["KEYS_FILE", "ViewerAction", "viewer_actions"]

KEYS_FILE = "keys.json"


class ViewerAction(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a viewer does.

    ``id``: its text is "action.ID". ``group``: its text is "group.GROUP". ``keys``: as a
    KeyboardEvent names them ("Escape", "ArrowLeft", "F11", "S" for Shift+s); any of them starts it.
    ``shown``: how the list of keys names them where that is not ``keys``. ``only``: "page" or "qt"
    where the other viewer cannot do it.
    """

    id: str
    group: str
    keys: tuple[str, ...] = ()
    shown: str = ""
    only: str = ""


@cache
def viewer_actions() -> tuple[ViewerAction, ...]:
    """Return all actions in their order."""
    text = (files("camstrm.viewing") / KEYS_FILE).read_text("utf-8")
    return convert(json.loads(text), tuple[ViewerAction, ...])
