"""ViewTurns: views take turns, so that the whole picture is on time however large they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

__all__ = ["ViewTurns"]

_SHARE = 0.6
"""Part of the time between two requests that views may take: eight of 640x640 pixels at 30 a second
(1.5 to 2.5 ms each) have room, and the whole picture of 6 MP (8 ms) beside them."""

_LONGEST_S = 0.1
"""Seconds between two requests that count; after a longer pause there is no more room."""

_MOST_OWED_S = 1.0
"""Seconds that views owe at most: the process may have been stopped while one was encoded."""


class ViewTurns:
    """Says which views of one camera are encoded for a request, the longest waiting first.

    What a view takes beyond its share is missing for the next requests. A view that is left out
    has its turn then. Used by one thread.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._room_s = 0.0  # that views may still take for this request; below 0: none
        self._asked_s = -math.inf  # when the last request came
        self._began_s = 0.0  # when the last view's turn began
        self._turn = 0  # number of the last turn
        self._turns: dict[int, int] = {}  # of each view of the last request, by its id

    def order(self, numbers: Iterable[int]) -> list[int]:
        """Begin a request for views with these ids; return them in the order of their turns."""
        now_s = self._clock()
        elapsed_s = min(now_s - self._asked_s, _LONGEST_S)
        self._asked_s = now_s
        self._room_s = min(self._room_s, 0.0) + _SHARE * elapsed_s
        self._turns = {number: self._turns.get(number, 0) for number in numbers}
        return sorted(self._turns, key=self._turns.__getitem__)

    def begin(self, number: int) -> bool:
        """Return whether this view may be encoded now; :meth:`end` follows then."""
        if self._room_s < 0.0:
            return False
        self._turn += 1
        self._turns[number] = self._turn
        self._began_s = self._clock()
        return True

    def end(self) -> None:
        """Note that the view is encoded."""
        self._room_s = max(self._room_s - (self._clock() - self._began_s), -_MOST_OWED_S)
