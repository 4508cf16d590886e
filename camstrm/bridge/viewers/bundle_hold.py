"""BundleHold: of bundles that wait unread, the newest overtakes the others."""

from __future__ import annotations

from collections.abc import Callable

from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.shared_bundle import SharedBundle

__all__ = ["BundleHold"]


class BundleHold:
    """Holds each bundle until nothing more of the grabber waits unread.

    So a bridge without CPU left passes on the newest, with the pictures that it lacks from
    those before. ``overtaken`` in ``counters`` counts those that never went.
    """

    def __init__(self, pass_on: Callable[[SharedBundle, int], None], counters: HubCounters) -> None:
        self._pass_on = pass_on
        self._counters = counters
        self._held: tuple[SharedBundle, int] | None = None  # and its size as it came, in bytes

    def hold(self, bundle: SharedBundle, size: int) -> None:
        """Take a bundle of ``size`` bytes in place of the one that is held."""
        if self._held is not None:
            older = self._held[0]
            if bundle.bundle.seq <= older.bundle.seq:
                self.release()  # another run of the grabber: nothing of it is overtaken
            else:
                self._counters.overtaken += 1
                bundle = bundle.over(older)
        self._held = bundle, size

    def release(self) -> None:
        """Pass on what is held."""
        if self._held is not None:
            (bundle, size), self._held = self._held, None
            self._pass_on(bundle, size)

    def forget(self) -> None:
        """Drop what is held: its grabber is gone."""
        self._held = None
