"""What the viewers together want from the grabber, and when the grabber is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from camstrm.wire import Demand

__all__ = ["DemandKeeper"]

MIN_INTERVAL_S = 0.05
"""Changes within this time go as one message: viewers may come, go and subscribe at any
rate, the grabber hears at most 20 demands a second."""


class DemandKeeper:
    """Joins the wishes of all viewers into one Demand and sends it when it changes.

    Nothing wanted is a demand with no cameras. While no grabber is attached, wishes are
    only kept.
    """

    def __init__(self) -> None:
        self._wishes: dict[Hashable, tuple[frozenset[int] | None, float | None]] = {}
        self._send: Callable[[Demand], None] | None = None
        self._sent: Demand | None = None
        self._refresh = False
        self._timer: asyncio.TimerHandle | None = None

    def wish(
        self,
        who: Hashable,
        cameras: frozenset[int] | None,
        max_fps: float | None,
        *,
        refresh: bool = False,
    ) -> None:
        """Set what ``who`` wants; ``refresh``: also pictures that were sent before."""
        self._wishes[who] = (cameras, max_fps)
        self._refresh = self._refresh or refresh
        self._update()

    def withdraw(self, who: Hashable) -> None:
        """Forget what ``who`` wants."""
        if self._wishes.pop(who, None) is not None:
            self._update()

    def attach(self, send: Callable[[Demand], None], *, refresh: bool) -> None:
        """Tell a grabber that has just come what is wanted, and from then on each change."""
        self.detach()
        self._send = send
        self._refresh = refresh
        self._update()

    def detach(self) -> None:
        """Stop telling: the grabber is gone."""
        self._send = None
        self._sent = None
        self._refresh = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def combined(self) -> Demand:
        """Return the union of the wanted cameras at the highest wanted rate."""
        wishes = [w for w in self._wishes.values() if w[0] is None or w[0]]
        if not wishes:
            return Demand(cameras=())
        everything = any(cameras is None for cameras, _ in wishes)
        wanted = frozenset[int]().union(*(c for c, _ in wishes if c is not None))
        rates = [max_fps for _, max_fps in wishes]
        return Demand(
            cameras=None if everything else tuple(sorted(wanted)),
            max_fps=None if None in rates else max(r for r in rates if r is not None),
        )

    def _update(self) -> None:
        """Send now, or after the interval if something was sent within it."""
        if self._send is None or self._timer is not None:
            return
        demand = self.combined()
        refresh = self._refresh and demand.cameras != ()
        self._refresh = False
        if demand == self._sent and not refresh:
            return
        self._sent = demand
        self._timer = asyncio.get_running_loop().call_later(MIN_INTERVAL_S, self._interval_over)
        self._send(Demand(demand.cameras, demand.max_fps, refresh))

    def _interval_over(self) -> None:
        self._timer = None
        self._update()
