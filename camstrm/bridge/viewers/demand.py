"""What the viewers together want from the grabber, and when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from msgspec.structs import replace

from camstrm.bridge.viewers.throttle import Throttle
from camstrm.wire import Demand, union

__all__ = ["DemandKeeper"]

MIN_INTERVAL_S = 0.05
"""Seconds. Changes within this time go as one message: viewers may come, go and subscribe at
any rate, the grabber gets at most 20 demands a second."""


class DemandKeeper:
    """Joins the wishes of all viewers into one Demand and sends it when it changes.

    Nothing wanted is a demand with no cameras and no views. While no grabber is attached,
    wishes are only kept. With an ``interval_s`` of 0 each change is sent at once. Belongs to
    one event loop.
    """

    def __init__(self, interval_s: float = MIN_INTERVAL_S) -> None:
        self._wishes: dict[Hashable, Demand] = {}  # by who has them; refresh is not kept here
        self._send: Callable[[Demand], object] | None = None  # to the grabber that is attached
        self._sent: Demand | None = None  # last, to this grabber and without its refresh
        self._refresh = False  # the next demand asks for pictures that were sent before, too
        self._throttle = Throttle(interval_s, self._send_change)

    def wish(
        self,
        who: Hashable,
        cameras: frozenset[int] | None,
        max_fps: float | None,
        *,
        refresh: bool = False,
    ) -> None:
        """Set what ``who`` wants; ``refresh``: also pictures that were sent before."""
        wanted = Demand(None if cameras is None else tuple(cameras), max_fps)
        self.wish_all({who: wanted}, refresh=refresh)

    def wish_all(self, wishes: Mapping[Hashable, Demand], *, refresh: bool) -> None:
        """Set what several want, as one change."""
        self._wishes.update(wishes)
        self._refresh = self._refresh or refresh
        self._update()

    def withdraw(self, who: Hashable) -> None:
        """Forget what ``who`` wants."""
        if self._wishes.pop(who, None) is not None:
            self._update()

    def attach(self, send: Callable[[Demand], object], *, refresh: bool) -> None:
        """Send a grabber that has just come what is wanted, and from then on each change."""
        self.detach()
        self._send = send
        self._refresh = refresh
        self._update()

    def detach(self) -> None:
        """Send no more: the grabber is gone."""
        self._send = None
        self._sent = None
        self._refresh = False
        self._throttle.cancel()

    def combined(self) -> Demand:
        """Return the union of what is wanted."""
        return union(self._wishes.values())

    def _update(self) -> None:
        if self._send is not None:
            self._throttle.ask()

    def _send_change(self) -> bool:
        """Send what is wanted now, if that is something else; return whether it was."""
        assert self._send is not None
        demand = self.combined()
        refresh = self._refresh and not demand.empty
        self._refresh = False
        if demand == self._sent and not refresh:
            return False
        self._sent = demand
        self._send(replace(demand, refresh=refresh))
        return True
