"""Acceptor: takes connections from a listening socket, also when descriptors run out.

Not asyncio's server: where no descriptor is left (EMFILE), it goes on through its whole backlog,
logs each failure with a traceback and starts as many timers that do the same
(https://github.com/python/cpython/issues/151615). Measured with 300 idle connections:
67,000 lines a second, and viewers fell from 30 to 3 bundles a second.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

from camstrm.repeat_log import RepeatLog

__all__ = ["Acceptor"]

_log = logging.getLogger(__name__)

AT_ONCE = 16
"""Connections that are accepted in one turn of the loop; others of the loop go on between."""

PAUSE_S = 0.1
"""After an error, until the next attempt: connections that were closed are gone by then."""

_USED_UP = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Acceptor:
    """Hands each connection to ``accepted``, with the address of the far side.

    ``make_room`` is called when descriptors or memory are used up, to close what is least needed;
    errors are logged once a second. Connections are non-blocking and the caller's to close.
    Belongs to one event loop.
    """

    def __init__(
        self,
        sock: socket.socket,
        accepted: Callable[[socket.socket, Any], None],
        make_room: Callable[[], None] = lambda: None,
    ) -> None:
        """Accept on ``sock``, which is closed by :meth:`close`."""
        self._sock = sock
        self._name = _name(sock)
        self._accepted = accepted
        self._make_room = make_room
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None  # runs while accepting pauses
        self._log = RepeatLog(_log)
        sock.setblocking(False)
        self._loop.add_reader(sock, self._accept)

    def close(self) -> None:
        """Accept nothing more and close the socket."""
        if self._sock.fileno() < 0:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._sock)
        self._sock.close()

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = self._sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                # Linux reports errors of the network here, too (accept(2)): they pass.
                self._log.warning(
                    "no connection can be accepted on %s: %s", self._name, error.strerror or error
                )
                if error.errno in _USED_UP:
                    self._make_room()
                self._pause()
                return
            connection.setblocking(False)
            self._accepted(connection, address)

    def _pause(self) -> None:
        self._loop.remove_reader(self._sock)
        self._timer = self._loop.call_later(PAUSE_S, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._loop.add_reader(self._sock, self._accept)


def _name(sock: socket.socket) -> str:
    name = sock.getsockname()
    return f"{name[0]} port {name[1]}" if isinstance(name, tuple) else str(name)
