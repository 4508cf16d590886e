"""Handshakes: how many TLS connections without a token have begun to be encrypted."""

from __future__ import annotations

import asyncio
from typing import Protocol

from camstrm.bridge.http.places import Visitor, heaviest

__all__ = ["Handshakes", "Shaking"]

AT_ONCE = 32
"""Of those that have shown no token. asyncio takes 256 KiB for each (SSLProtocol.max_size) and
OpenSSL some more: 10 MB in all."""

PATIENCE_S = 0.4
"""For a handshake and the request behind it, if others wait: three round trips of 100 ms."""


class Shaking(Visitor, Protocol):
    """A connection that is to be encrypted."""

    def connect(self) -> None:
        """Begin the handshake."""


class Handshakes:
    """Lets connections begin the handshake, AT_ONCE at a time.

    The newest of those that wait comes first: it is the one whose user still waits for it. A
    handshake goes on for as long as the connection may last without a token; if others wait, it
    makes room after PATIENCE_S, first one of the address that has most.

    Belongs to one event loop, whose time it uses.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun: dict[Shaking, float] = {}  # when, in the loop's seconds; oldest first
        self._waiting: list[Shaking] = []  # newest last
        self._timer: asyncio.TimerHandle | None = None  # runs while some wait

    def ask(self, visitor: Shaking) -> None:
        """Begin the handshake of ``visitor``, now or as soon as there is room."""
        self._waiting.append(visitor)
        self._go_on()

    def over(self, visitor: Shaking) -> None:
        """Forget ``visitor``: it has shown a token, or it is gone."""
        if self._begun.pop(visitor, None) is not None:
            self._go_on()
        elif visitor in self._waiting:
            self._waiting.remove(visitor)

    def close(self) -> None:
        """Begin no more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        while self._waiting and len(self._begun) < AT_ONCE:
            visitor = self._waiting.pop()
            self._begun[visitor] = self._loop.time()
            visitor.connect()
        if self._waiting and self._timer is None:
            wait_s = next(iter(self._begun.values())) + PATIENCE_S - self._loop.time()
            self._timer = self._loop.call_later(max(wait_s, 0.0), self._make_room)

    def _make_room(self) -> None:
        """Evict one that has had its time, if there still is need."""
        self._timer = None
        since_s = self._loop.time() - PATIENCE_S
        late = [visitor for visitor, begun_s in self._begun.items() if begun_s <= since_s]
        if self._waiting and late:
            address = heaviest(late)
            # It says that it is over, and the next one begins.
            next(visitor for visitor in late if visitor.address == address).evict()
        else:
            self._go_on()
