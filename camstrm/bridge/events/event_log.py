"""EventLog: a bounded list of what happened."""

from __future__ import annotations

import itertools
import time
import unicodedata
from collections import Counter, deque
from collections.abc import Callable

from msgspec.structs import replace

from camstrm.feature import FeatureValue
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE, Event, Events

__all__ = ["EventLog", "Sight", "same_name", "visible"]

MAX_EVENTS = 2000
"""Entries that are kept; older ones go."""

KEPT_S = 86_400.0
"""Seconds for which an entry is kept: a day."""

LONGEST_TEXT = 300
"""Characters of a text; LONGEST_VALUE of a value."""

LONGEST_VALUE = 100

_OF_ALL = frozenset(("grabber lost", "grabber back"))
"""Kinds of no camera that everybody may hear of."""

_OF_CAMERA = frozenset(("lost", "back", "reconfigured", "restarted", "changed", "executed"))
"""Kinds that a share hears of. The others are about people: who adjusts, who shared what, who wrote
which file."""

Sight = frozenset[str] | None
"""Names of the cameras that somebody may know of, in Unicode's composed form; None: all."""


def same_name(name: str) -> str:
    """Return a camera's name as it is compared."""
    return unicodedata.normalize("NFC", name)


def visible(event: Event, sight: Sight) -> bool:
    """Return whether somebody who may know of these cameras may hear of the event."""
    if sight is None:
        return True
    if not event.camera:
        return event.kind in _OF_ALL
    return event.kind in _OF_CAMERA and same_name(event.camera) in sight


class EventLog:
    """Keeps the newest MAX_EVENTS events of the last day. Belongs to the bridge's loop.

    Ids begin with the milliseconds of UTC at the start, so that they also grow over a restart of
    the bridge: what a viewer has heard before has a smaller one.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        utc_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self.on_event: Callable[[Event], None] = lambda _: None
        """Called with each new event."""
        self.counts: Counter[str] = Counter()
        """Events since the start, by kind."""
        self._clock = clock
        self._utc_us = utc_us
        self._entries: deque[tuple[float, Event]] = deque(maxlen=MAX_EVENTS)
        """When it was added, in seconds of the clock, and the event; ids have no gaps."""
        self._next = utc_us() // 1000 + 1

    @property
    def last(self) -> int:
        """Id of the newest event, also if it is not kept any more."""
        return self._next - 1

    def add(
        self,
        kind: str,
        camera: str = "",
        text: str = "",
        *,
        person: str = "",
        feature: str = "",
        old: FeatureValue | None = None,
        new: FeatureValue | None = None,
        time_us: int = 0,
    ) -> None:
        """Note that something happened at ``time_us`` (0: now)."""
        event = Event(
            self._next,
            time_us or self._utc_us(),
            kind,
            camera,
            _short(text, LONGEST_TEXT),
            person,
            feature,
            _short_value(old),
            _short_value(new),
        )
        self._next += 1
        self.counts[kind] += 1
        self._entries.append((self._clock(), event))
        self.on_event(event)

    def since(self, after: int, sight: Sight) -> Events:
        """Return the first MAX_EVENTS_AT_ONCE newer than ``after`` that somebody may hear of."""
        self._forget_old()
        if after > self.last:
            after = 0  # of another bridge, or made up
        first = self._next - len(self._entries)
        newer = itertools.islice(self._entries, max(0, after + 1 - first), None)
        found: list[Event] = []
        for _, event in newer:
            if visible(event, sight):
                # Whoever got a share does not learn who else works with the cameras.
                found.append(event if sight is None else replace(event, person=""))
                if len(found) == MAX_EVENTS_AT_ONCE:
                    return Events(tuple(found), event.id)
        return Events(tuple(found), self.last)

    def _forget_old(self) -> None:
        oldest_s = self._clock() - KEPT_S
        while self._entries and self._entries[0][0] < oldest_s:
            self._entries.popleft()


def _short_value(value: FeatureValue | None) -> FeatureValue | None:
    return _short(value, LONGEST_VALUE) if isinstance(value, str) else value


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
