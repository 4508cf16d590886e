"""ChangeHold: many changes of one thing become one event."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from camstrm.bridge.events.event_log import EventLog
from camstrm.feature import FeatureValue

__all__ = ["ChangeHold"]

QUIET_S = 1.5
"""Seconds without a further change after which a change is an event."""

LONGEST_S = 10.0
"""Seconds for which it is held at most: a slider that is moved for minutes is seen all the same."""

MAX_HELD = 200
"""Changes that are held; with more, the oldest becomes an event at once."""


@dataclass
class _Held:
    kind: str
    camera: str
    person: str
    feature: str
    text: str
    old: FeatureValue | None
    new: FeatureValue | None
    first_s: float
    last_s: float
    time_us: int


class ChangeHold:
    """Holds changes until who makes them is done. Belongs to the bridge's loop.

    A slider sets a feature 20 times a second: the event says from what to what in all.
    """

    def __init__(
        self,
        log: EventLog,
        clock: Callable[[], float] = time.monotonic,
        utc_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._log = log
        self._clock = clock
        self._utc_us = utc_us
        self._held: dict[tuple[str, str, str, str], _Held] = {}
        """By kind, camera, feature, and person where that is part of what changed."""

    def note(
        self,
        kind: str,
        camera: str,
        person: str = "",
        *,
        feature: str = "",
        text: str = "",
        old: FeatureValue | None = None,
        new: FeatureValue | None = None,
    ) -> None:
        """Take a change; from one value to the same it is none."""
        now, now_us = self._clock(), self._utc_us()
        key = kind, camera, feature, "" if kind == "lease" else person
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= MAX_HELD:
                self._release(next(iter(self._held)))
            held = _Held(kind, camera, person, feature, text, old, new, now, now, now_us)
            self._held[key] = held
        held.person, held.text, held.new = person, text, new
        held.last_s, held.time_us = now, now_us

    def look(self) -> None:
        """Make events of what has come to rest; to be called each second."""
        now = self._clock()
        for key, held in list(self._held.items()):
            if now - held.last_s >= QUIET_S or now - held.first_s >= LONGEST_S:
                self._release(key)

    def _release(self, key: tuple[str, str, str, str]) -> None:
        held = self._held.pop(key)
        if held.old == held.new and held.old is not None:
            return
        if held.kind == "lease" and held.old == held.new:
            return
        self._log.add(
            held.kind,
            held.camera,
            held.text,
            person=held.person,
            feature=held.feature,
            old=held.old,
            new=held.new,
            time_us=held.time_us,
        )
