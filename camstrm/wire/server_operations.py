"""What can be asked of the server itself: what has happened, and shares of its cameras.

The bridge answers these calls; their ``camera`` means nothing.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from camstrm.camera_state import Count
from camstrm.feature import FeatureValue
from camstrm.wire.operation import Arguments, Result

__all__ = [
    "MAX_EVENTS_AT_ONCE",
    "EndShare",
    "Event",
    "Events",
    "ListShares",
    "MakeShare",
    "ReadEvents",
    "Share",
    "Shares",
]

MAX_EVENTS_AT_ONCE = 250
"""Events of one answer: with the longest texts less than a message may have."""

MAX_HOURS = 24 * 366
"""Longest life of a share: a year."""

MAX_NOTE = 200
"""Characters of the note of a share."""


class ReadEvents(Arguments, frozen=True):
    """``events``: what has happened since ``after``, the ``last`` of the answer before.

    A long poll as ``watch``: answered at once when there is something newer, after 5 seconds
    in any case.
    """

    after: Count = 0


class Event(Struct, frozen=True, omit_defaults=True):
    """Something that happened at ``time_us``, UTC; a later one has a larger ``id``.

    ``kind``: "lost", "back", "reconfigured", "restarted" (the camera's process), "grabber
    lost", "grabber back", "cameras" (others than before), "changed" (``feature`` from ``old``
    to ``new``), "executed", "kept", "reconnect", "lease" (from one holder to another), "shared",
    "unshared", or another word. ``camera``: its name, empty for what is of no camera. ``text``:
    why, or what came of it. ``person``: name of the token of the person who did it.
    """

    id: Count
    time_us: Count
    kind: str
    camera: str = ""
    text: str = ""
    person: str = ""
    feature: str = ""
    old: FeatureValue | None = None
    new: FeatureValue | None = None


class Events(Result, frozen=True):
    """MAX_EVENTS_AT_ONCE events at most, the oldest first; ``last``: the next call's ``after``."""

    events: tuple[Event, ...] = ()
    last: Count = 0


class MakeShare(Arguments, frozen=True):
    """``share``: make a token to watch these cameras for so many hours."""

    cameras: Annotated[tuple[Count, ...], Meta(min_length=1, max_length=256)]
    hours: Annotated[float, Meta(gt=0, le=MAX_HOURS)]
    note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class Share(Struct, frozen=True, omit_defaults=True):
    """A token to watch some cameras. ``cameras``: their names; ``made_by``: name of a token.

    ``url_token``: the token itself, which is only in the answer to ``share``: it is kept nowhere.
    """

    id: str
    expires_us: Count
    created_us: Count = 0
    cameras: tuple[str, ...] = ()
    note: str = ""
    made_by: str = ""
    url_token: str = ""


class ListShares(Arguments, frozen=True):
    """``shares``: those that have neither expired nor been revoked."""


class Shares(Result, frozen=True):
    """Shares, the newest first."""

    shares: tuple[Share, ...] = ()


class EndShare(Arguments, frozen=True):
    """``unshare``: revoke the share with this id; viewers that watch with it are disconnected."""

    id: str
