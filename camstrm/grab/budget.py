"""BandwidthBudget: how far pictures are reduced so that a viewer's stream fits a link."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["BandwidthBudget", "Reduction"]

_WINDOW_S = 0.5
"""Time over which the rate is measured before something is changed."""

_LOWEST_QUALITY = 30
_SMALLER_QUALITY = 65
"""Quality at which a picture of half the size begins: about the bytes of the rung before it."""

_QUALITY_STEP = 5
_MOST_HALVINGS = 3

_RUNG = 1.12
"""Size ratio between neighbouring rungs (measured 1.05 to 1.2)."""

_ROOM = 1.3
"""Factor by which the rate must stay below the limit before pictures get better: otherwise
they would go to and fro."""


@dataclass(frozen=True)
class Reduction:
    """Quality at most ``quality`` (JPEG, 1 to 100), sides halved ``halvings`` times.

    Without arguments: nothing is reduced, each camera and view has the quality of its own.
    """

    quality: int = 100
    halvings: int = 0


class BandwidthBudget:
    """Finds the reduction that keeps bundles within ``max_mbit`` (10^6 bit/s; 0: no limit).

    First quality goes down, then size; of all cameras and all views alike, but that a region is
    not halved below what shows its details (:meth:`FrameEncoding.view`). No clock of its own: the
    caller gives the time.
    """

    def __init__(self, max_mbit: float, quality: int) -> None:
        self._limit = max_mbit * 1e6 / 8  # bytes a second; 0: none
        self._rungs = _ladder(quality)  # from the best pictures to the smallest
        self._rung = 0  # index of the one in force
        self._bytes = 0  # sent since the measurement began
        self._begin_s: float | None = None  # when it began; None: with the next bundle

    @property
    def reduction(self) -> Reduction:
        """What the next pictures are to be made with."""
        return self._rungs[self._rung]

    def pause(self) -> None:
        """Forget what was measured so far: no bundles are made for a while."""
        self._begin_s = None

    def sent(self, size: int, now_s: float) -> bool:
        """Count a bundle of ``size`` bytes; return whether :attr:`reduction` has changed."""
        if not self._limit:
            return False
        if self._begin_s is None:
            # The first bundle after a change may still be of the old kind.
            self._begin_s = now_s
            self._bytes = 0
            return False
        self._bytes += size
        elapsed_s = now_s - self._begin_s
        if elapsed_s < _WINDOW_S:
            return False
        rate = self._bytes / elapsed_s
        self._begin_s, self._bytes = now_s, 0
        before = self._rung
        if rate > self._limit:
            self._rung += math.ceil(math.log(rate / self._limit, _RUNG))
        elif rate * _ROOM < self._limit:
            # Half of the way at a time: what a rung saves depends on the picture.
            room = math.log(self._limit / max(rate, 1.0), _RUNG)
            self._rung -= max(1, int(room / 2))
        self._rung = max(0, min(len(self._rungs) - 1, self._rung))
        if self._rung == before:
            return False
        self._begin_s = None
        return True


def _ladder(quality: int) -> tuple[Reduction, ...]:
    lowest = min(quality, _LOWEST_QUALITY)
    # Views and cameras of a better quality than the stream's come down to it first.
    rungs = [Reduction()]
    rungs += [Reduction(step) for step in range(quality, lowest, -_QUALITY_STEP)]
    rungs.append(Reduction(lowest))
    for halvings in range(1, _MOST_HALVINGS + 1):
        start = max(lowest, min(quality, _SMALLER_QUALITY))
        rungs += [Reduction(step, halvings) for step in range(start, lowest, -_QUALITY_STEP)]
        rungs.append(Reduction(lowest, halvings))
    return tuple(rungs)
