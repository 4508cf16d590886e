"""Places: how many connections may be open at once, and which one goes when there are too many."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

__all__ = ["Places", "Visitor", "heaviest", "network_of"]


class Visitor(Protocol):
    """A connection that has a place."""

    @property
    def address(self) -> str:
        """Whom it is counted for, see :func:`network_of`."""

    def evict(self) -> None:
        """Close the connection; :meth:`Places.leave` has been called."""


class Places:
    """Counts connections from accept on, in all and for each address.

    A newcomer never loses against those that only wait: where all places are taken, one that has
    not shown a token goes, else one that has no request under way. It is the one that has waited
    longest, of the address that has most of them: whoever takes many places loses them first.
    Only where requests are under way on all of them is the newcomer refused.

    Belongs to one event loop. Plain data: no sockets, no clock.
    """

    def __init__(self, total: int, per_address: int, unknown: int) -> None:
        """Have ``total`` places, ``unknown`` of them for those that have shown no token."""
        self.total = total
        self.per_address = per_address
        self.unknown = unknown
        self.evicted = 0
        """Connections that were closed to make room for others, since the start."""
        self.refused = 0
        """Connections that got no place, since the start."""
        self._addresses: Counter[str] = Counter()  # all, those with a request under way too
        # All three are sets whose first element has waited longest.
        self._unknown: dict[Visitor, None] = {}
        self._idle: dict[Visitor, None] = {}  # have shown a token, and no request is under way
        self._busy: dict[Visitor, None] = {}

    def __len__(self) -> int:
        """Return how many places are taken."""
        return len(self._unknown) + len(self._idle) + len(self._busy)

    def of(self, address: str) -> int:
        """Return how many of them ``address`` has."""
        return self._addresses[address]

    def enter(self, visitor: Visitor) -> bool:
        """Give a place to ``visitor``, which has shown no token; return whether there is one."""
        address = visitor.address
        room = self._addresses[address] < self.per_address or self._make_room(address)
        room = room and (len(self) < self.total or self._make_room())
        if not room:
            self.refused += 1
            return False
        if len(self._unknown) >= self.unknown:
            self._evict(_longest(self._unknown))
        self._addresses[address] += 1
        self._unknown[visitor] = None
        return True

    def begin(self, visitor: Visitor) -> None:
        """Note that a request with a right token is under way."""
        if self._remove(visitor):
            self._busy[visitor] = None

    def end(self, visitor: Visitor) -> None:
        """Note that it is over."""
        if self._remove(visitor):
            self._idle[visitor] = None

    def leave(self, visitor: Visitor) -> None:
        """Take the place back; nothing happens if it has none."""
        if self._remove(visitor):
            self._addresses[visitor.address] -= 1
            if not self._addresses[visitor.address]:
                del self._addresses[visitor.address]

    def make_room(self, count: int) -> None:
        """Evict up to ``count`` of those that only wait."""
        for _ in range(count):
            if not self._make_room():
                return

    def _make_room(self, address: str | None = None) -> bool:
        """Evict one, of ``address`` if it is given; return False if all have requests under way."""
        for waiting in (self._unknown, self._idle):
            if address is None and waiting:
                self._evict(_longest(waiting))
                return True
            for visitor in waiting:
                if visitor.address == address:
                    self._evict(visitor)
                    return True
        return False

    def _evict(self, visitor: Visitor) -> None:
        self.evicted += 1
        self.leave(visitor)
        visitor.evict()

    def _remove(self, visitor: Visitor) -> bool:
        for visitors in (self._unknown, self._idle, self._busy):
            if visitor in visitors:
                del visitors[visitor]
                return True
        return False


def heaviest(visitors: Iterable[Visitor]) -> str:
    """Return the address that most of ``visitors`` come from; there must be one."""
    return Counter(visitor.address for visitor in visitors).most_common(1)[0][0]


def network_of(address: object) -> str:
    """Return whom a socket's address is counted for: an IPv4 address, an IPv6 network.

    A machine with IPv6 has 2**64 addresses of its own (RFC 4291, 2.5.4): its /64 counts as one.
    Empty for a UNIX socket, whose far sides have no addresses.
    """
    if not isinstance(address, tuple):
        return ""
    try:
        found = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return str(address[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _longest(waiting: dict[Visitor, None]) -> Visitor:
    """Return the one that has waited longest of the address that has most."""
    address = heaviest(waiting)
    return next(visitor for visitor in waiting if visitor.address == address)
