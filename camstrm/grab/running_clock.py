"""RunningClock: a clock that stands still while this process does."""

from __future__ import annotations

import asyncio

__all__ = ["RunningClock"]

_BEAT_S = 0.25
"""Seconds between two beats; by so much at most the clock goes on in a pause."""

_AWAY_S = 0.25
"""A beat that comes later than planned by more than this was a pause, not a wait."""


class RunningClock:
    """Counts the seconds for which the loop has been running; for patience with others.

    It stands still while this process does: stopped by a signal or a debugger, in a paused
    container or virtual machine, without CPU. After a pause, what the others said meanwhile
    is still unread, and they must not be judged by the length of it. A timer in the loop says
    how much of the time was running time: a pause counts as one beat, however long it was.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._counted_s = 0.0  # running time up to the last beat
        self._beat_s = loop.time()  # when that was, by the loop's clock
        self._timer = loop.call_later(_BEAT_S, self._beat)

    def __call__(self) -> float:
        """Return the seconds; they begin at 0 and never go back."""
        return self._counted_s + min(self._loop.time() - self._beat_s, _BEAT_S)

    def stop(self) -> None:
        """End the timer; the clock stands still from the next beat on."""
        self._timer.cancel()

    def _beat(self) -> None:
        now_s = self._loop.time()
        passed_s = now_s - self._beat_s
        self._counted_s += passed_s if passed_s <= _BEAT_S + _AWAY_S else _BEAT_S
        self._beat_s = now_s
        self._timer = self._loop.call_later(_BEAT_S, self._beat)
