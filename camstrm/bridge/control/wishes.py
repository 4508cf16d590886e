"""What a call would change: the features that it names, wherever they stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from camstrm.errors import WireError
from camstrm.feature import FeatureValue, Selectors
from camstrm.wire import Call, unpack
from camstrm.wire.operations import (
    ExecuteCommand,
    KeepFeatures,
    LoadFeatures,
    RevertFeatures,
    SetFeature,
)

__all__ = ["Wish", "selectors_read", "wishes"]

_NAME = re.compile(r"(?a:[A-Za-z_]\w{0,127})\Z")
"""A feature's name. GenApi also finds nodes by "Std::Name": that would pass by every pattern."""

_ODD_CHARACTERS = re.compile("[^\t\n\r -~\xa0-\U0010ffff]|[\u2028\u2029\ufeff]")
"""What may end a line for one reader of a file and not for another."""

_SELECTORS = re.compile(r"\{([^{}]*)\}\Z")


class Wish(NamedTuple):
    """A feature that a call would change, and to what; None: execute it, or not known."""

    feature: str
    selectors: Selectors
    value: FeatureValue | None = None


def wishes(call: Call) -> tuple[Wish, ...] | None:
    """Return what a ``set``, ``execute``, ``revert``, ``keep`` or ``load`` would change.

    None: the call does not say what (``revert`` of all). Nothing for other operations, and for
    ``keep`` of all, which changes no camera. Raises
    WireError for wrong arguments, and for a feature that is not called as GenICam allows.
    """
    found: tuple[Wish, ...] | None = ()
    if call.do == "set":
        wanted = unpack(call.with_, SetFeature, "set")
        found = (Wish(wanted.feature, wanted.selectors, wanted.value),)
    elif call.do == "execute":
        command = unpack(call.with_, ExecuteCommand, "execute")
        found = (Wish(command.feature, command.selectors),)
    elif call.do == "revert":
        names = unpack(call.with_, RevertFeatures, "revert").features
        found = None if names is None else tuple(Wish(name, {}) for name in names)
    elif call.do == "keep":
        kept = unpack(call.with_, KeepFeatures, "keep").features
        found = tuple(Wish(name, {}) for name in kept or ())
    elif call.do == "load":
        found = tuple(_lines(unpack(call.with_, LoadFeatures, "load").text))
    for wish in found or ():
        for name in (wish.feature, *wish.selectors):
            if _NAME.match(name) is None:
                raise WireError(call.do, f"{name[:64]!a} is no name of a feature")
    return found


class _Reading(Struct):
    """What of a reading call is looked at; the camera process looks at the rest."""

    selectors: Selectors = {}
    text: str = ""


def selectors_read(call: Call) -> tuple[str, ...]:
    """Return the selectors that a reading call writes for a moment; raises WireError."""
    if call.do not in ("values", "diff"):
        return ()
    read = unpack(call.with_, _Reading, call.do)
    found = [*read.selectors, *(name for wish in _lines(read.text) for name in wish.selectors)]
    for name in found:
        if _NAME.match(name) is None:
            raise WireError(call.do, f"{name[:64]!a} is no name of a feature")
    return tuple(found)


def _lines(text: str) -> Iterator[Wish]:
    """Yield the settings of a GenApi persistence file; raise WireError for another line.

    ``Name<TAB>{Selector=Value,...}<TAB>Value``, several braces with a tab between; "#" for
    comments. Stricter than the camera process (acquisition.features.persistence_file), so that it
    finds no feature in a file that was not looked at here.
    """
    text = text.removeprefix("\ufeff")  # editors on Windows write it
    if odd := _ODD_CHARACTERS.search(text):
        raise WireError("load", f"the file holds the character {odd[0]!a}")
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, *rest = line.split("\t")
        if _NAME.match(name) is None or not rest:
            raise WireError("load", f"line {number}: wanted a feature's name, a tab and a value")
        selectors: Selectors = {}
        for part in rest[:-1]:
            braces = _SELECTORS.match(part)
            for pair in re.split("[,;]", braces[1]) if braces else ("",):
                selector, equals, value = pair.partition("=")
                if not equals:
                    raise WireError("load", f"line {number}: wanted {{Selector=Value}}")
                selectors[selector.strip()] = value.strip()
        yield Wish(name, selectors, rest[-1])
