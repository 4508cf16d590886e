"""BundleSubscriber: the bridge's side of the UNIX socket. One grabber at a time."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Collection

from camstrm.bridge.grabber_connection import GrabberConnection, GrabberSink
from camstrm.bridge.repeat_log import RepeatLog
from camstrm.config.socket_path import check_peer
from camstrm.errors import SocketPathError, WireError
from camstrm.wire import Hello

__all__ = ["BundleSubscriber"]

_LOGGER = logging.getLogger(__name__)

MAX_WAITING = 8
"""Connections that have not said hello; the oldest makes room for one more."""


class BundleSubscriber:
    """Accepts grabbers on a listening UNIX socket and passes on what the newest one sends.

    A connection becomes the current one with its hello and ends the one before, so a
    grabber that was started anew takes over even if the old one hangs, and somebody who
    connects and talks nonsense disturbs nobody. A grabber that says nothing for
    ``silence_s`` counts as no input until it speaks again. A bundle behind which more bytes
    wait already is held until they are read, so that a bridge without CPU left passes on the
    newest; ``overtaken`` counts those that never went.
    """

    def __init__(
        self,
        sink: GrabberSink,
        path: str,
        allowed_uids: Collection[int] = (),
        *,
        hello_timeout_s: float = 5.0,
        silence_s: float = 5.0,
    ) -> None:
        self.sink = sink
        self.path = path
        self.allowed_uids = allowed_uids
        self.hello_timeout_s = hello_timeout_s
        self.silence_s = silence_s
        self.garbage = 0
        self.refused = 0
        self.overtaken = 0
        self._current: GrabberConnection | None = None
        self._waiting: list[GrabberConnection] = []
        self._server: asyncio.Server | None = None
        self._log = RepeatLog(_LOGGER)

    async def start(self, sock: socket.socket) -> None:
        """Accept grabbers on ``sock``, which stays the caller's to close."""
        # Not create_unix_server: from Python 3.13 on it removes the socket's file, which
        # may be systemd's or already a successor's. A duplicate, because the server
        # closes what it is given.
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: GrabberConnection(self), sock=sock.dup())

    async def close(self) -> None:
        """Stop accepting and drop all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in [*self._waiting, *([self._current] if self._current else [])]:
            connection.abort()
        await asyncio.sleep(0)  # lets the transports close their sockets

    def arrived(self, connection: GrabberConnection, peer: socket.socket) -> bool:
        """Decide whether a new connection may speak."""
        try:
            check_peer(peer, self.path, self.allowed_uids)
        except SocketPathError as error:
            self.refused += 1
            self._log.warning("grabber refused: %s", error)
            return False
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.pop(0).abort()
        self._waiting.append(connection)
        return True

    def introduced(self, connection: GrabberConnection, hello: Hello) -> None:
        """Make the connection the current one, in place of the one before."""
        self._waiting.remove(connection)
        older, self._current = self._current, connection
        if older is not None:
            _LOGGER.info("a new grabber takes the place of the one before")
            older.abort()
        _LOGGER.info("grabber connected: %s", hello.server or "unnamed")
        self.sink.grabber_came(hello, connection.send_demand)

    def ended(self, connection: GrabberConnection) -> None:
        """Forget a connection that is closed."""
        if connection in self._waiting:
            self._waiting.remove(connection)
        if connection is self._current:
            self._current = None
            _LOGGER.warning("grabber gone: no frame input")
            self.sink.grabber_went()

    def refuse(self, error: WireError) -> None:
        """Count and log what is not camstrm's format."""
        self.garbage += 1
        self._log.warning("connection on %s closed, wrong data: %s", self.path, error)
