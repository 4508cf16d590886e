"""SlowViewers: says when viewers begin to miss bundles, and when they keep up again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from camstrm.bridge.viewers.sender import ViewerSender

__all__ = ["SlowViewers"]

_log = logging.getLogger(__name__)

_SLOW_LOOK_S = 10.0
"""Between two looks whether viewers are slow."""

_SLOW_LOG_S = 60.0
"""Between two log lines about slow viewers; they keep up when none was slow for so long."""

_SLOW_NAMED = 5
"""Slow viewers that a log line names."""


class SlowViewers:
    """Logs when bundles begin to be skipped for slow viewers and when that ends; no clock.

    At most one line in _SLOW_LOG_S: what never ends is said once. Bundles that a viewer did
    not want (max_fps) do not count.
    """

    def __init__(self, now: float) -> None:
        self._looked_s = now
        """When the last look was, in seconds of the hub's clock, as all times here."""
        self._since_s = now
        """Since when ``_missed`` counts."""
        self._said_s = float("-inf")
        """When a line about slow viewers was logged last."""
        self._slow_s: float | None = None
        """The last look that found a slow viewer; None: they keep up, and a line said so."""
        self._missed: dict[int, int] = {}
        """Bundles that each viewer had missed at ``_since_s``, by its number."""
        self._sum = 0
        """Bundles skipped since slow viewers were named in a line."""

    def look(self, viewers: Iterable[ViewerSender], now: float) -> None:
        """Compare the viewers' counters with those of the last look; to be called each second."""
        if now - self._looked_s < _SLOW_LOOK_S:
            return
        self._looked_s = now
        missed: dict[int, int] = {}
        slow: list[ViewerSender] = []
        count = 0
        for viewer in viewers:
            outbox = viewer.outbox
            missed[outbox.id] = outbox.missed
            more = outbox.missed - self._missed.get(outbox.id, 0)
            if more:
                slow.append(viewer)
                count += more
        if self._slow_s is not None:
            self._go_on(count, now)
        elif slow:
            if now - self._said_s < _SLOW_LOG_S:
                return  # it is counted until it may be said
            self._slow_s = self._said_s = now
            self._sum = count
            _log.info(
                "slow viewers: %s; %d bundles skipped in %.0f s (the next line comes when they "
                "keep up)",
                _names(slow),
                count,
                now - self._since_s,
            )
        self._missed, self._since_s = missed, now

    def _go_on(self, count: int, now: float) -> None:
        assert self._slow_s is not None
        self._sum += count
        if count:
            self._slow_s = now
        elif now - self._slow_s >= _SLOW_LOG_S:
            _log.info("no viewer is slow any more; %d bundles were skipped", self._sum)
            self._slow_s = None
            self._said_s = now


def _names(viewers: list[ViewerSender]) -> str:
    names = [f"{v.outbox.id} ({v.address})" for v in viewers[:_SLOW_NAMED]]
    if len(viewers) > _SLOW_NAMED:
        names.append(f"and {len(viewers) - _SLOW_NAMED} more")
    return ", ".join(names)
