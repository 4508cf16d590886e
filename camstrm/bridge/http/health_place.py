"""A place of its own for health checks, which nobody on the network can take.

A UNIX socket beside the grabber's, with places of its own: ``/healthz`` is answered there, without
TLS and without a token, while strangers hold every connection that there is over TCP.

    curl --unix-socket /run/camstrm/camstrm.sock.health http://localhost/healthz
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Collection, Iterator

from camstrm.bridge.http.door import Door
from camstrm.bridge.http.places import Places
from camstrm.errors import SocketPathError
from camstrm.feed.listening_socket import listen_unix
from camstrm.feed.socket_path import health_socket_path

__all__ = ["health_door", "health_place"]

_log = logging.getLogger(__name__)

_PLACES = 8
"""Health checks at once; the one that has waited longest makes room."""


@contextlib.contextmanager
def health_place(
    socket_path: str, allowed_uids: Collection[int] = ()
) -> Iterator[socket.socket | None]:
    """Return the listening socket while the block runs.

    None, and a warning, if there can be none: a bridge without it works, and answers over TCP.
    """
    path = health_socket_path(socket_path)
    try:
        listening = listen_unix(path, {}, allowed_uids)
    except SocketPathError as error:
        _log.warning("no socket for health checks: %s", error)
        yield None
        return
    try:
        yield listening.sock
    finally:
        listening.close()


def health_door(http: Callable[[], asyncio.Protocol]) -> Door:
    """Return the door behind it."""
    return Door(Places(_PLACES, _PLACES, _PLACES), http, health_only=True)
