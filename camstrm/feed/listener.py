"""FeedListener: the bridge's side of the UNIX socket. One grabber at a time."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Collection

from camstrm.errors import SocketPathError, WireError
from camstrm.feed.acceptor import Acceptor
from camstrm.feed.connection import FeedConnection, FeedSink
from camstrm.feed.packet_protocol import PacketProtocol
from camstrm.feed.socket_path import check_peer
from camstrm.repeat_log import RepeatLog
from camstrm.wire import Hello

__all__ = ["FeedListener"]

_log = logging.getLogger(__name__)

MAX_WAITING = 8
"""Connections that have not said hello, and rivals; the oldest makes room for one more."""

DECIDE_S = 0.1
"""Time between two looks whether the grabber that has the place still lives."""

_CLOSE_S = 1.0
"""For connections that were accepted just before the end; they need a turn of the loop."""

_REFUSED_LOG_S = 60.0
"""A grabber that tries again and again is logged once in this time."""


class FeedListener:
    """Accepts grabbers on a listening UNIX socket; what one of them sends goes to ``sink``.

    The first one to say hello has the place. A rival (another session) gets it at once if
    that one's process or connection is gone, and after ``silence_s`` without a word if it
    hangs. As soon as the first one says anything (a status comes each second), the rival is
    refused: it has been seen to live, and its stream goes on untouched. So two grabbers never
    take the place from each other, a restart is never refused, and somebody who connects and
    talks nonsense disturbs nobody.

    A grabber that says nothing for ``silence_s``, or for QUIET_S while it was sending pictures,
    counts as no input until it speaks again.

    Belongs to one event loop.
    """

    def __init__(
        self,
        sink: FeedSink,
        path: str,
        allowed_uids: Collection[int] = (),
        *,
        hello_timeout_s: float = 5.0,
        silence_s: float = 5.0,
    ) -> None:
        self.path = path  # of the socket, for the log
        self.allowed_uids = allowed_uids  # users beside root and this one who may connect
        self.garbage = 0  # connections closed for what they sent
        self.refused = 0  # connections of other users, and rivals that were turned away
        self._sink = sink
        self._hello_timeout_s = hello_timeout_s  # from the connection to its first hello
        self._silence_s = silence_s
        self._current: FeedConnection | None = None  # has the place
        self._waiting: list[FeedConnection] = []  # have not said hello
        self._rivals: list[FeedConnection] = []  # have, while another one had the place
        self._timer: asyncio.TimerHandle | None = None  # runs while there are rivals
        self._acceptor: Acceptor | None = None
        self._tasks: set[asyncio.Task[None]] = set()  # make the transports of new connections
        self._closing = False  # then an end is no news
        self._log = RepeatLog(_log)
        self._refused_log = RepeatLog(_log, _REFUSED_LOG_S)

    async def start(self, sock: socket.socket) -> None:
        """Accept grabbers on ``sock``, which stays the caller's to close."""
        self._acceptor = Acceptor(sock.dup(), self._accepted)

    async def close(self) -> None:
        """Stop accepting and drop all connections."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_S)
        current = [self._current] if self._current else []
        for connection in [*self._waiting, *self._rivals, *current]:
            connection.abort()
        await asyncio.sleep(0)  # lets the transports close their sockets

    def _accepted(self, sock: socket.socket, address: object) -> None:  # noqa: ARG002  it has none
        task = asyncio.get_running_loop().create_task(self._connect(sock))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(self._connection, sock)

    def _connection(self) -> PacketProtocol:
        return FeedConnection(
            self._sink,
            self._arrived,
            self._introduced,
            self._ended,
            hello_timeout_s=self._hello_timeout_s,
            silence_s=self._silence_s,
        ).protocol

    def _arrived(self, connection: FeedConnection, peer: socket.socket) -> bool:
        """Check who connects, and let the connection wait for its hello."""
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

    def _introduced(self, connection: FeedConnection, hello: Hello) -> None:
        """Give the connection the place, or let it wait until it is clear who has it."""
        self._waiting.remove(connection)
        current = self._current
        if current is None or current.session == hello.session:
            self._let_speak(connection)
            return
        if len(self._rivals) >= MAX_WAITING:
            self._rivals.pop(0).abort()
        self._rivals.append(connection)
        self._decide()

    def _ended(self, connection: FeedConnection, error: OSError | WireError | None) -> None:
        """Forget a connection that is closed; count and log what is not camstrm's format."""
        if isinstance(error, WireError):
            self.garbage += 1
            self._log.warning("connection on %s closed, wrong data: %s", self.path, error)
        for connections in (self._waiting, self._rivals):
            if connection in connections:
                connections.remove(connection)
        if connection is not self._current:
            return
        self._current = None
        if connection.said_goodbye:
            _log.info("the grabber has stopped: no frame input")
        elif not self._closing:
            _log.warning("grabber gone: no frame input")
        self._sink.grabber_went()
        if not self._closing:
            self._decide()

    def _decide(self) -> None:
        """Give the place to a rival, or refuse those that came before its owner spoke."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for rival in tuple(self._rivals):
            current = self._current
            if current is None or current.is_gone() or current.silent_for_s() >= self._silence_s:
                self._rivals.remove(rival)
                self._let_speak(rival)
            elif current.spoke_after(rival):
                self._rivals.remove(rival)
                self._turn_away(rival, current)
        if self._rivals:
            self._timer = asyncio.get_running_loop().call_later(DECIDE_S, self._decide)

    def _let_speak(self, connection: FeedConnection) -> None:
        older, self._current = self._current, connection
        if older is not None:
            _log.info("a new grabber takes the place of the one before (%s)", older.describe())
            older.abort()
        connection.let_speak()

    def _turn_away(self, rival: FeedConnection, current: FeedConnection) -> None:
        self.refused += 1
        since = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(current.came_s))
        reason = f"another grabber ({current.describe()}) has sent its cameras here since {since}"
        self._refused_log.warning("grabber refused (%s): %s", rival.describe(), reason)
        rival.turn_away(reason)
