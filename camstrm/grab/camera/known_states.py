"""KnownStates: what was last read of a camera's features, and what has changed since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from camstrm.feature import FeatureState

__all__ = ["KnownStates"]


class KnownStates:
    """States of one camera's features by name, each with the revision that brought it.

    No lock of its own: only the camera's control thread uses it. Revisions begin at the time of
    day in milliseconds, so that those of a process before this one are older than all of these.
    """

    def __init__(self, time_ns: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self.revision = time_ns() // 1_000_000
        """Of the newest change; what a watcher says that it has."""
        self._monotonic = monotonic
        self._states: dict[str, FeatureState] = {}
        self._changed: dict[str, int] = {}
        """Revision in which each state became what it is."""
        self._read_s: dict[str, float] = {}
        """When each was read, monotonic."""

    def note(self, states: Mapping[str, FeatureState]) -> None:
        """Take what was read just now."""
        now = self._monotonic()
        news = [name for name, state in states.items() if self._states.get(name) != state]
        if news:
            self.revision += 1
        for name in news:
            self._changed[name] = self.revision
        self._states.update(states)
        self._read_s.update(dict.fromkeys(states, now))

    def stale(self, names: Iterable[str], age_s: float) -> list[str]:
        """Return which were not read within ``age_s``, those first that wait longest."""
        since = self._monotonic() - age_s
        never = float("-inf")
        old = [name for name in names if self._read_s.get(name, never) <= since]
        return sorted(old, key=lambda name: self._read_s.get(name, never))

    def expire(self, names: Iterable[str]) -> None:
        """Let these be read at the next look: something that they depend on was written."""
        for name in names:
            self._read_s.pop(name, None)

    def get(self, names: Sequence[str]) -> dict[str, FeatureState]:
        """Return those of ``names`` that are known."""
        return {name: self._states[name] for name in names if name in self._states}

    def since(self, names: Sequence[str], revision: int) -> dict[str, FeatureState]:
        """Return those of ``names`` that became what they are after ``revision``."""
        return {
            name: self._states[name] for name in names if self._changed.get(name, -1) > revision
        }
