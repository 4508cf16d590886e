"""ReaderShare: what one reader wants of the bundles that are made for all readers."""

from __future__ import annotations

import math

from camstrm.wire import Demand, FrameBundle, merge_bundles, select_entries

__all__ = ["ReaderShare"]

_SLACK = 0.25
"""Part of a reader's interval by which a bundle may go before its turn, so that one whose tick
jitters is not skipped. The turns keep their times, so the rate holds all the same."""

_MIN_FPS = 0.1
"""The grabber makes no fewer bundles a second, whatever is demanded."""


class ReaderShare:
    """Cuts the cameras and views that a reader wants out of each bundle, at its rate.

    Pictures of a bundle that comes before the reader's turn go with the next one that it gets,
    unless that has newer ones: a picture is made once only. Used by the grabber's event loop
    alone.
    """

    def __init__(self) -> None:
        self.demand = Demand()  # of the reader; empty: it wants nothing, or is not there
        self._early: FrameBundle | None = None  # came before its turn
        self._due_s = -math.inf  # when the next turn is, on the clock of whoever calls

    def wants(self, demand: Demand) -> None:
        """Give what the demand asks for from now on."""
        self.demand = demand
        if demand.empty:
            self._early = None

    def of(self, bundle: FrameBundle, made: Demand, now_s: float) -> FrameBundle | None:
        """Return what goes to the reader of a bundle made for the demand ``made``, if anything."""
        wanted = self.demand
        early, self._early = self._early, None
        if early is not None:
            bundle = merge_bundles(early, bundle)
        elif _scope(wanted) == _scope(made):
            return bundle  # it is the only reader, or the most demanding one
        if wanted.empty:
            return None
        if wanted.max_fps is not None and wanted.max_fps != made.max_fps:
            interval_s = 1 / max(wanted.max_fps, _MIN_FPS)
            if now_s < self._due_s - _SLACK * interval_s:
                self._early = bundle
                return None
            on_time = now_s - self._due_s < interval_s
            self._due_s = (self._due_s if on_time else now_s) + interval_s
        return select_entries(bundle, wanted.cameras, {view.id for view in wanted.views})


def _scope(demand: Demand) -> tuple[object, ...]:
    return demand.cameras, demand.max_fps, demand.views
