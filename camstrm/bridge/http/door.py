"""Door: where connections come in, with and without TLS."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.entrant import Entrant, Lobby
from camstrm.bridge.http.handshakes import Handshakes
from camstrm.bridge.http.places import Places, network_of
from camstrm.feed.acceptor import Acceptor
from camstrm.repeat_log import RepeatLog

__all__ = ["Door"]

_log = logging.getLogger(__name__)

_ROOM = 8
"""Connections that are closed at once where descriptors are used up."""

_END_S = 1.0
"""Seconds for handshakes that were broken off; they need a turn of the loop."""

_FULL_LOG_S = 60.0
"""Somebody who floods the bridge may do so for days."""


class Door:
    """Accepts connections on some listening sockets, as many as ``places`` has room for.

    ``http`` makes aiohttp's side of one; with ``certificate`` it is encrypted, and what
    :meth:`Certificate.reload` has read is used from the next connection on. Not aiohttp's
    SockSite, which counts nothing before the TLS handshake and leaves it 60 seconds.

    Belongs to one event loop.
    """

    def __init__(
        self,
        places: Places,
        http: Callable[[], asyncio.Protocol],
        certificate: Certificate | None = None,
        *,
        health_only: bool = False,
    ) -> None:
        handshakes = None if certificate is None else Handshakes()
        self._lobby = Lobby(places, http, certificate, handshakes, health_only)
        self._acceptors: list[Acceptor] = []
        self._log = RepeatLog(_log, _FULL_LOG_S)

    def open(self, sock: socket.socket) -> None:
        """Accept on ``sock``, which stays the caller's to close."""
        self._acceptors.append(Acceptor(sock.dup(), self._enter, self._make_room))

    async def close(self) -> None:
        """Accept nothing more, and drop all connections that have no request under way."""
        for acceptor in self._acceptors:
            acceptor.close()
        lobby = self._lobby
        if lobby.handshakes is not None:
            lobby.handshakes.close()
        lobby.places.make_room(len(lobby.places))
        if lobby.tasks:
            await asyncio.wait(lobby.tasks, timeout=_END_S)

    def _enter(self, sock: socket.socket, address: Any) -> None:
        places = self._lobby.places
        entrant = Entrant(sock, network_of(address), self._lobby)
        evicted = places.evicted
        if places.enter(entrant):
            entrant.wait()
        else:
            sock.close()
            self._log.warning(
                "a connection from %s was refused: it has %d and all others have %d, with a "
                "request on each (bridge.max_connections_per_address, bridge.max_clients)",
                entrant.address or "a UNIX socket",
                places.of(entrant.address),
                len(places) - places.of(entrant.address),
                key="refused",
            )
        if places.evicted > evicted:
            self._log.warning(
                "all places for connections are taken: those that have waited longest without a "
                "token, or without a request, are closed to make room (%d until now)",
                places.evicted,
                key="evicted",
            )

    def _make_room(self) -> None:
        self._lobby.places.make_room(_ROOM)
