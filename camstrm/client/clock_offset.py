"""Server time on the viewer's monotonic clock. No Qt, no clock."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

__all__ = ["ClockOffset"]


class _Past(NamedTuple):
    """What was known of a clock until it was set."""

    first_s: float
    """The first and the newest time that it showed, in seconds of UTC."""
    newest_s: float
    offset_s: float


class ClockOffset:
    """Estimate how far the viewer's monotonic clock is from the server's UTC.

    Each message carries a server time, taken before the message left. What arrives was
    under way for at least nothing, so ``arrival - server time`` is never below the true
    offset, and the smallest value of the last half minute had the least delay in it;
    half of the shortest round trip is taken off that. The viewer's wall clock is not
    used: it may be wrong or jump.

    Messages come in the order in which they were made, so one that was made SET_BACK_S before
    another that came earlier shows a server clock that was set back; one that was under way for
    SET_FORWARD_S less than every message of the last half minute shows one that was set forward.
    What was known is forgotten at once then, but for the times from before: they are still counted
    with what was known then. The page has the same in server_clock.js;
    tests/vectors/viewing/clock.json holds both to it.
    """

    SET_BACK_S = 2.0
    """Messages of bundles and of states are made by different threads: they differ by less."""

    SET_FORWARD_S = 20.0
    """No message is under way for so long: the server ends a connection that takes nothing for
    5 s. What the clock is set forward by less stays in the age of pictures from before."""

    PAST = 8
    """Settings of the clock whose times are still counted right."""

    SLOT_S = 1.0
    """Of what arrives in one slot only the smallest value is kept."""

    SLOTS = 30

    def __init__(self) -> None:
        self._minima: deque[tuple[int, float]] = deque(maxlen=self.SLOTS)
        """(number of the slot, smallest arrival - server time in seconds), oldest first."""
        self._round_trips: deque[tuple[int, float]] = deque(maxlen=self.SLOTS)
        self._first_s = -math.inf
        """The first time of the server since its clock was set last, in seconds of UTC."""
        self._newest_s = -math.inf
        """The newest time since then."""
        self._past: deque[_Past] = deque(maxlen=self.PAST)
        """What was known before the server's clock was set, the newest first."""

    def observe(self, server_us: int, now: float) -> None:
        """Take a server time (microseconds of UTC) that arrived at ``now`` (monotonic s)."""
        if server_us:
            server_s = server_us / 1e6
            if self._was_set(server_s, now):
                past = _Past(self._first_s, self._newest_s, self._offset_s)
                self._past.appendleft(past)
                self._minima.clear()
                self._first_s = self._newest_s = server_s
            self._newest_s = max(self._newest_s, server_s)
            self._add(self._minima, now - server_s, now)

    def observe_round_trip(self, seconds: float, now: float) -> None:
        """Take the ``seconds`` between a ping and its pong, which came at ``now`` (monotonic s)."""
        self._add(self._round_trips, max(seconds, 0.0), now)

    def age(self, server_us: int, now: float) -> float | None:
        """Return how long ago ``server_us`` was, in seconds; None while it is not known."""
        if not self._minima or not server_us:
            return None
        server_s = server_us / 1e6
        return max(now - server_s - self._offset_at(server_s, now), 0.0)

    def server_us(self, now: float) -> int:
        """Return what the server's clock shows, in microseconds of UTC; 0 while not known."""
        return round((now - self._offset_s) * 1e6) if self._minima else 0

    @property
    def _offset_s(self) -> float:
        """Monotonic time less the server's, in seconds."""
        offset = min(value for _, value in self._minima)
        if self._round_trips:
            offset -= min(value for _, value in self._round_trips) / 2
        return offset

    def _was_set(self, server_s: float, now: float) -> bool:
        """Return whether the server's clock was set before this message was made."""
        if not self._minima:
            return False
        least = min(value for _, value in self._minima)
        back = server_s < self._newest_s - self.SET_BACK_S
        return back or now - server_s < least - self.SET_FORWARD_S

    def _offset_at(self, server_s: float, now: float) -> float:
        """Return the offset of the clock that showed this time: the newest that can have been."""
        slack = self.SET_BACK_S
        if self._first_s - slack <= server_s <= now - self._offset_s + slack:
            return self._offset_s
        for past in self._past:
            if past.first_s - slack <= server_s <= past.newest_s + slack:
                return past.offset_s
        return self._offset_s

    def _add(self, slots: deque[tuple[int, float]], value: float, now: float) -> None:
        slot = int(now // self.SLOT_S)
        while slots and slots[0][0] < slot - self.SLOTS:
            slots.popleft()
        if slots and slots[-1][0] == slot:
            slots[-1] = (slot, min(slots[-1][1], value))
        else:
            slots.append((slot, value))
