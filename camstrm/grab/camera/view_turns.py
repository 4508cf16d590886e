"""ViewTurns: views take turns, so that the whole picture is on time however large they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

__all__ = ["ViewTurns"]

_PART = 0.75
"""Part of a request's time in which views may begin; the rest is for the last of them, and for
sending. At 30 a second that is 22 ms: room for the whole picture of 6 MP (6 to 8 ms) and eight
regions of 640x640 pixels (1.2 to 1.5 ms each)."""

_PAID = 0.5
"""Part of that time by which each request lowers what views owe."""

_MOST_OWED_S = 1.0
"""Seconds that views owe at most: the process may have been stopped while one was encoded."""


class ViewTurns:
    """Says which views of one camera are encoded for a request, the longest waiting first.

    A view that is left out is among the first next time. What a view takes beyond the time is
    owed: no view is made until that is paid, so a large one delays few whole pictures. Used by
    one thread.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end_s = math.inf  # until when views of this request may begin
        self._owed_s = 0.0  # what views took beyond their time and have not paid
        self._turn = 0  # number of the last turn
        self._turns: dict[int, int] = {}  # of each view of the last request, by its id

    def order(self, numbers: Iterable[int], within_s: float) -> list[int]:
        """Begin a request for views with these ids; return them in the order of their turns.

        ``within_s``: time for the answer to the request, the whole picture included.
        """
        room_s = _PART * within_s
        self._owed_s = max(0.0, self._owed_s - _PAID * room_s)
        self._end_s = self._clock() + room_s if not self._owed_s else -math.inf
        self._turns = {number: self._turns.get(number, 0) for number in numbers}
        return sorted(self._turns, key=self._turns.__getitem__)

    def begin(self, number: int) -> bool:
        """Return whether this view may be encoded now; :meth:`end` follows then."""
        if self._clock() > self._end_s:
            return False
        self._turn += 1
        self._turns[number] = self._turn
        return True

    def end(self) -> None:
        """Note that the view is encoded."""
        over_s = max(0.0, self._clock() - self._end_s)
        self._owed_s = min(self._owed_s + over_s, _MOST_OWED_S)
