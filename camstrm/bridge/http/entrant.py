"""Entrant: one connection, from accept until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.handshakes import Handshakes
from camstrm.bridge.http.places import Places

__all__ = ["ENTRY_S", "Entrant", "Lobby", "for_health_only", "with_right_token"]

_log = logging.getLogger(__name__)

ENTRY_S = 5.0
"""Seconds from accept until a request with a right token is there, TLS handshake included;
a far viewer needs about one."""

MAX_UNKNOWN = 128 * 1024
"""Bytes that may come before a right token. aiohttp would keep 128 header lines of 8 KB each; a
browser sends one or two KB, and a body that is too large is refused with an answer up to here."""


@dataclass(frozen=True)
class Lobby:
    """What the connections of one door share."""

    places: Places
    http: Callable[[], asyncio.Protocol]
    """Makes aiohttp's side of a connection."""
    certificate: Certificate | None = None
    """None: without TLS."""
    handshakes: Handshakes | None = None
    """None: without TLS."""
    health_only: bool = False
    """Whether one may ask for the bridge's health only."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """Those under way."""


class Entrant(asyncio.Protocol):
    """Stands between a connection and aiohttp, which gets it when the first bytes come.

    Until then there is only a socket (no buffers, no task), so somebody who connects and says
    nothing costs next to nothing. Whoever shows no token within ENTRY_S is disconnected.

    Belongs to the bridge's event loop.
    """

    def __init__(self, sock: socket.socket, address: str, lobby: Lobby) -> None:
        self.address = address
        """Whom the connection is counted for."""
        self.health_only = lobby.health_only
        """Whether it may ask for the bridge's health only."""
        self._sock = sock
        self._lobby = lobby
        self._http: asyncio.Protocol | None = None  # aiohttp, from the connection to its loss
        self._transport: asyncio.Transport | None = None  # the same
        self._waits = True  # for the first bytes, or for its turn to shake hands
        self._task: asyncio.Task[None] | None = None  # makes the transport
        self._known = False  # whether a right token was shown
        self._requests = 0  # under way, with a right token
        self._received = 0  # bytes, while it is not known
        self._loop = asyncio.get_running_loop()
        self._deadline: asyncio.TimerHandle | None = None  # while it is not known

    def wait(self) -> None:
        """Go on when something comes."""
        self._deadline = self._loop.call_later(ENTRY_S, self.evict)
        self._loop.add_reader(self._sock, self._speaks)

    def evict(self) -> None:
        """Close the connection at once, whatever stage it is in."""
        self._forget()
        if self._transport is not None:
            self._transport.abort()
        elif self._task is not None:
            self._task.cancel()
        elif self._waits:
            self._loop.remove_reader(self._sock)
            self._sock.close()

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Keep the place inside ``with``: a request with a right token is under way."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._known = True
        if self._lobby.handshakes is not None:
            self._lobby.handshakes.over(self)
        self._requests += 1
        self._lobby.places.begin(self)
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._lobby.places.end(self)

    # What the loop calls while there is only a socket.

    def _speaks(self) -> None:
        self._loop.remove_reader(self._sock)
        if self._lobby.handshakes is not None:
            self._lobby.handshakes.ask(self)
        else:
            self.connect()

    def connect(self) -> None:
        """Make the transport, with TLS by a handshake; aiohttp gets it afterwards."""
        self._waits = False
        self._task = self._loop.create_task(self._connect(), name="viewer connects")
        self._lobby.tasks.add(self._task)
        self._task.add_done_callback(self._connected)

    async def _connect(self) -> None:
        certificate = self._lobby.certificate
        more: dict[str, Any] = {}
        if certificate is not None:
            more = {"ssl": certificate.context, "ssl_handshake_timeout": ENTRY_S}
            if sys.version_info >= (3, 11):
                more["ssl_shutdown_timeout"] = ENTRY_S
        await self._loop.connect_accepted_socket(lambda: self, self._sock, **more)

    def _connected(self, task: asyncio.Task[None]) -> None:
        self._lobby.tasks.discard(task)
        # Its error knows this object: kept, it would keep 256 KiB of a broken handshake, too.
        self._task = None
        error = None if task.cancelled() else task.exception()
        if self._transport is None:
            # A task that was cancelled before its first step has closed nothing.
            self._sock.close()
            self._forget()
        if isinstance(error, OSError):
            # It left, or does not speak TLS as it should: nothing that the operator can change.
            _log.debug("no connection with %s: %s", self.address or "a UNIX socket", error)
        elif error is not None:
            _log.error("no connection with %s", self.address, exc_info=error)

    def _forget(self) -> None:
        """Give the place back."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._lobby.places.leave(self)
        if self._lobby.handshakes is not None:
            self._lobby.handshakes.over(self)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._http = self._lobby.http()
        self._http.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        assert self._http is not None
        if not self._known:
            self._received += len(data)
            if self._received > MAX_UNKNOWN:
                self.evict()
                return
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._http is None else self._http.eof_received()

    def pause_writing(self) -> None:
        if self._http is not None:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        if self._http is not None:
            self._http.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        http, self._http, self._transport = self._http, None, None
        if http is not None:
            http.connection_lost(exc)


@contextlib.contextmanager
def with_right_token(request: web.Request) -> Iterator[None]:
    """Keep the place of the request's connection inside ``with``: nobody else may have it."""
    entrant = _entrant_of(request)
    if entrant is None:
        yield
    else:
        with entrant.request():
            yield


def for_health_only(request: web.Request) -> bool:
    """Tell whether the request came where nothing but the bridge's health is asked for."""
    entrant = _entrant_of(request)
    return entrant is not None and entrant.health_only


def _entrant_of(request: web.Request) -> Entrant | None:
    """Return the request's connection; None where there is no door (tests of routes)."""
    protocol = None if request.transport is None else request.transport.get_protocol()
    return protocol if isinstance(protocol, Entrant) else None
