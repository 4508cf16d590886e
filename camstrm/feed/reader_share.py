"""ReaderShare: what one reader wants of the bundles that are made for all readers."""

from __future__ import annotations

import math

from camstrm.wire import Demand, FrameBundle, merge_bundles, select_cameras

__all__ = ["ReaderShare"]

_SLACK = 0.25
"""Part of a reader's interval by which a bundle may go before its turn, so that one whose tick
jitters is not skipped. The turns keep their times, so the rate holds all the same."""

_MIN_FPS = 0.1
"""The grabber makes no fewer bundles a second, whatever is demanded."""


class ReaderShare:
    """Cuts the cameras that a reader wants out of each bundle, at the rate that it wants.

    Pictures of a bundle that comes before the reader's turn go with the next one that it gets,
    unless that has newer ones: a picture is made once only. Used by the grabber's event loop
    alone.
    """

    def __init__(self) -> None:
        self.demand = Demand()  # of the reader; no cameras: it wants none, or is not there
        self._early: FrameBundle | None = None  # came before its turn
        self._due_s = -math.inf  # when the next turn is, on the clock of whoever calls

    def wants(self, demand: Demand) -> None:
        """Give what the demand asks for from now on."""
        self.demand = demand
        if demand.cameras == ():
            self._early = None

    def of(self, bundle: FrameBundle, made: Demand, now_s: float) -> FrameBundle | None:
        """Return what goes to the reader of a bundle made for the demand ``made``, if anything."""
        wanted = self.demand
        early, self._early = self._early, None
        if early is not None:
            bundle = merge_bundles(early, bundle)
        elif (wanted.cameras, wanted.max_fps) == (made.cameras, made.max_fps):
            return bundle  # it is the only reader, or the most demanding one
        if wanted.cameras == ():
            return None
        if wanted.max_fps is not None and wanted.max_fps != made.max_fps:
            interval_s = 1 / max(wanted.max_fps, _MIN_FPS)
            if now_s < self._due_s - _SLACK * interval_s:
                self._early = bundle
                return None
            on_time = now_s - self._due_s < interval_s
            self._due_s = (self._due_s if on_time else now_s) + interval_s
        return bundle if wanted.cameras is None else select_cameras(bundle, wanted.cameras)
