"""Throttle: the first of many wishes is done at once, the last one when its time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Throttle"]


class Throttle:
    """Calls ``act`` when asked, at most once in ``interval_s`` seconds.

    What is asked within the interval is done once, at its end: ``act`` takes what is wanted
    then. It returns whether it did anything; if not, the next one need not wait. With an
    ``interval_s`` of 0 nothing waits. Belongs to the event loop in which it is asked.
    """

    __slots__ = ("_act", "_asked", "_interval_s", "_timer")

    def __init__(self, interval_s: float, act: Callable[[], bool]) -> None:
        self._interval_s = interval_s
        self._act = act
        self._asked = False
        """Whether ``act`` is to be called at the end of the interval."""
        self._timer: asyncio.TimerHandle | None = None
        """Runs during the interval after an act."""

    def ask(self) -> None:
        """Act now, or at the end of the interval."""
        if self._timer is not None:
            self._asked = True
        elif self._act() and self._interval_s:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._interval_s, self._interval_over)

    def cancel(self) -> None:
        """Forget what was asked; what is asked next is done at once."""
        self._asked = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _interval_over(self) -> None:
        self._timer = None
        if self._asked:
            self._asked = False
            self.ask()
