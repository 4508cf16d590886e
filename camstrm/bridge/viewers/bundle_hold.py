"""BundleHold: of bundles that wait unread, the newest overtakes the others."""

from __future__ import annotations

import time
from collections.abc import Callable

from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.shared_bundle import SharedBundle

__all__ = ["BundleHold"]

MAX_HOLD_S = 1 / 40
"""Seconds for which bundles may overtake each other before one goes: viewers get 30 a second, and
one more that is late."""


class BundleHold:
    """Holds each bundle until nothing more of the grabber waits unread.

    So a bridge without CPU left passes on the newest, with the pictures that it lacks from
    those before. ``overtaken`` in ``counters`` counts those that never went. A grabber that
    always has more to say holds up nobody: after MAX_HOLD_S the newest goes all the same.
    """

    def __init__(
        self,
        pass_on: Callable[[SharedBundle, int], None],
        counters: HubCounters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pass_on = pass_on
        self._counters = counters
        self._clock = clock
        self._due_s: float | None = None  # when what is held goes at the latest; None: not yet said
        self._held: tuple[SharedBundle, int] | None = None  # and its size as it came, in bytes

    def hold(self, bundle: SharedBundle, size: int) -> None:
        """Take a bundle of ``size`` bytes in place of the one that is held."""
        overtakes = False
        if self._held is not None:
            older = self._held[0]
            if bundle.bundle.seq <= older.bundle.seq:
                self.release()  # another run of the grabber: nothing of it is overtaken
            else:
                overtakes = True
                self._counters.overtaken += 1
                bundle = bundle.over(older)
        self._held = bundle, size
        if overtakes and self._is_due():
            self.release()

    def release(self) -> None:
        """Pass on what is held."""
        if self._held is not None:
            (bundle, size), self._held, self._due_s = self._held, None, None
            self._pass_on(bundle, size)

    def forget(self) -> None:
        """Drop what is held: its grabber is gone."""
        self._held = self._due_s = None

    def _is_due(self) -> bool:
        """Return whether bundles have overtaken others for MAX_HOLD_S."""
        now = self._clock()
        if self._due_s is None:  # not at each bundle: most overtake none
            self._due_s = now + MAX_HOLD_S
        return now >= self._due_s
