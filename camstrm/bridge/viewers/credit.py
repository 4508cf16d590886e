"""CreditWindow: how many bundles may be under way to a viewer that acknowledges. No clock."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["CreditWindow"]

_REMEMBERED = 1024
"""Sent bundles that can still be acknowledged; bounds what a viewer without acks costs."""

_SAMPLES = 4
"""Acknowledgements whose median is a verdict."""

_SHOWN_OVER = 8
"""Acknowledgements over which the round trip that is shown is smoothed."""

_STRETCH = 1.3
_SLACK_S = 0.02
"""A bundle that takes no longer than the base time times _STRETCH plus _SLACK_S did not queue.
A second bundle in a full pipe would double the base time; 20 ms covers the jitter of a busy
viewer."""

_FAR_S = 0.8
"""No path is so long: geostationary satellites have round trips of 0.6 s. A bundle that needs
more waits for bandwidth, and another one beside it would wait with it."""

_RAISE_AGAIN_S = 5.0
"""From a raise that only made bundles queue to the next try; three times as long each time."""

_LOWER_AGAIN_S = 30.0
"""From a raise, or a try to lower, to the (next) try to lower; twice as long each time."""

_AGAIN_MAX_S = 240.0
"""Longest of both pauses."""

_FASTER = 0.7
"""If the base time fell below this part of its value at the last failed raise, the path has
changed: try again now."""


class CreditWindow:
    """Finds the smallest window that does not cost a viewer bundles.

    A far viewer and a slow one both leave bundles unacknowledged. They differ in what one
    more under way does: to the far one it comes as soon as the others did, to the slow one
    it comes later, by its own time on the wire. So the window begins with 1, is raised
    while it holds bundles back, and a raise is taken back unless the time from send to
    ack stayed what it was. The same time shows when a path has become slow: then the
    window begins with 1 again. Nothing but that time is used, as a proxy in between hides
    the true round trip from the kernel, and a slow screen delays acks as a path does.

    Times are in seconds of any clock that does not go back. Until the first ack the viewer
    counts as one that never acknowledges, and needs no credit. Belongs to the outbox, so to the
    bridge's event loop.
    """

    def __init__(self, most: int) -> None:
        """Allow a window of 1 to ``most``."""
        self.window = 1
        """Bundles that may be under way."""
        self.acknowledges = False
        """Whether an acknowledgement has ever come; without one there is no limit."""
        self.round_trip_s = 0.0
        """Usual time from send to ack in seconds, queues included; 0: not known. Only shown."""
        self._most = most
        """Largest window."""
        self._in_flight: OrderedDict[int, float] = OrderedDict()
        """Bundles sent and not acknowledged: sequence number and when it went, oldest first."""
        self._base_s: float | None = None
        """Time from send to ack when nothing queues; None: not known for this path."""
        self._trial = 0
        """+1, -1: the window was raised, lowered to see what it does; 0: it is settled."""
        self._since_s = float("-inf")
        """When the present window began; bundles sent before say nothing about it."""
        self._warm_up = 0
        """Acks that are not measured yet, because the pipe is not yet as full as it will be."""
        self._times: list[float] = []
        """Times from send to ack since the last verdict, in seconds; less than _SAMPLES."""
        self._late_in_row = 0
        """How many of the last acks were later than the base time allows."""
        self._held_back = False
        """Whether the window has held back a bundle since the last verdict."""
        self._before_s = 0.0
        """Time from send to ack before the trial, in seconds."""
        self._raise_s = float("-inf")
        """When the window may be raised next."""
        self._raise_after_s = _RAISE_AGAIN_S
        """Pause after the next raise that fails, in seconds."""
        self._failed_base_s = 0.0
        """Base time at the last raise that failed."""
        self._lower_s = float("-inf")
        """When the window may be lowered next."""
        self._lower_after_s = _LOWER_AGAIN_S
        """Pause after the next lowering that fails, in seconds."""

    @property
    def in_flight(self) -> int:
        """Bundles sent and not yet acknowledged; 0 for a viewer that never acknowledges."""
        return len(self._in_flight) if self.acknowledges else 0

    @property
    def open(self) -> bool:
        """Whether another bundle may be sent."""
        return not self.acknowledges or len(self._in_flight) < self.window

    def sent(self, seq: int, now: float) -> None:
        """Note that bundle ``seq`` is under way from ``now`` on."""
        self._in_flight.setdefault(seq, now)
        if len(self._in_flight) > _REMEMBERED:
            self._in_flight.popitem(last=False)

    def held_back(self) -> None:
        """Note that a bundle is there which the window does not let go."""
        self._held_back = True

    def acknowledge(self, seq: int, now: float) -> float | None:
        """Take bundle ``seq`` and all sent before it as shown.

        Return when it was sent; None if it never was.
        """
        sent_s = self._in_flight.get(seq)
        if sent_s is None:
            return None
        while self._in_flight.popitem(last=False)[0] != seq:
            pass
        took_s = now - sent_s
        last_s = self.round_trip_s
        self.round_trip_s = last_s + (took_s - last_s) / _SHOWN_OVER if last_s else took_s
        if not self.acknowledges:
            self.acknowledges = True
            self._set(1, now)
        elif sent_s >= self._since_s:
            self._measure(now - sent_s, now)
        return sent_s

    def clear(self) -> None:
        """Forget what is under way: it will not be acknowledged."""
        self._in_flight.clear()

    def _measure(self, took_s: float, now: float) -> None:
        """Take the time of a bundle that was sent under the present window."""
        base_s = self._base_s
        if base_s is not None and took_s > base_s * _STRETCH + _SLACK_S:
            self._late_in_row += 1
        else:
            self._late_in_row = 0
        # One hiccup of the viewer delays all that are under way, but no more than these.
        if self.window > 1 and self._late_in_row > self.window and self._held_back:
            self._judge_late(now)
        elif self._warm_up:
            self._warm_up -= 1
        else:
            self._times.append(took_s)
            if len(self._times) == _SAMPLES:
                self._times.sort()
                self._judge((self._times[1] + self._times[2]) / 2, now)

    @property
    def _limit_s(self) -> float:
        return (self._base_s or 0.0) * _STRETCH + _SLACK_S

    def _judge_late(self, now: float) -> None:
        if self._trial > 0:
            self._take_back(now)
        elif self._trial < 0:
            self._set(self.window, now)
        else:
            # The path is another one now. What it needs is measured best when it is empty.
            self._base_s = None
            self._raise_s = now
            self._lower_after_s = _LOWER_AGAIN_S
            self._set(1, now)

    def _judge(self, took_s: float, now: float) -> None:
        late = self.window > 1 and took_s > self._limit_s and self._held_back
        if self._trial > 0 and late:
            self._take_back(now)
            return
        if self._trial < 0 and not self._lower_is_right(took_s):
            self._lower_s = now + self._lower_after_s
            self._lower_after_s = min(2 * self._lower_after_s, _AGAIN_MAX_S)
            self._set(self.window + 1, now)
            return
        if self._trial > 0:
            self._raise_after_s = _RAISE_AGAIN_S
        if self.window == 1 or self._trial < 0 or self._base_s is None:
            self._base_s = took_s
        elif took_s < self._base_s or not self._held_back:
            # Not up while bundles are held back: a queue that grows slowly is a queue too.
            self._base_s += (took_s - self._base_s) / 8
        lowered = self._trial < 0
        self._trial = 0
        if self._may_raise(now) and not lowered:
            self._lower_s = now + _LOWER_AGAIN_S
            self._try(self.window + 1, took_s, now)
        elif self._may_lower(now, at_once=lowered):
            self._try(self.window - 1, took_s, now)
        else:
            self._times.clear()
            self._held_back = False

    def _may_raise(self, now: float) -> bool:
        base_s = self._base_s or 0.0
        # 2 is kept where it costs nothing: then a hiccup of the viewer costs no bundle.
        wanted = self._held_back or self.window == 1
        another_path = base_s < _FASTER * self._failed_base_s
        due = now >= self._raise_s or another_path
        return wanted and due and self.window < self._most and base_s <= _FAR_S

    def _may_lower(self, now: float, *, at_once: bool) -> bool:
        least = 1 if self._held_back else 2
        return self.window > least and (at_once or now >= self._lower_s)

    def _lower_is_right(self, took_s: float) -> bool:
        """Return whether the lower window holds nothing back, or bundles queued before."""
        queued_s = self._before_s / (self.window + 1)
        return not self._held_back or took_s < self._before_s - queued_s / 2

    def _take_back(self, now: float) -> None:
        self._raise_s = now + self._raise_after_s
        self._raise_after_s = min(3 * self._raise_after_s, _AGAIN_MAX_S)
        self._failed_base_s = self._base_s or 0.0
        self._set(self.window - 1, now)

    def _try(self, window: int, took_s: float, now: float) -> None:
        trial = window - self.window
        self._set(window, now)
        self._trial = trial
        self._before_s = took_s
        # The first ones after a raise meet a pipe that is not yet as full as it will be.
        self._warm_up = window if trial > 0 else 0

    def _set(self, window: int, now: float) -> None:
        self.window = window
        self._since_s = now
        self._trial = 0
        self._warm_up = 0
        self._times.clear()
        self._late_in_row = 0
        self._held_back = False
