"""The bridge that runs on this machine, or one that was named, for commands that ask a camera."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import sys
from collections.abc import Iterator
from typing import Protocol

from camstrm.cli.own_bridge import own_address, own_tls, own_token
from camstrm.client.address import find_token
from camstrm.client.blocking import Client, connect
from camstrm.config import Config, load_config
from camstrm.errors import CameraAmbiguousError, CameraNotFoundError, ServerError, UsageError
from camstrm.wire import CameraInfo

__all__ = ["ServerOptions", "camera_of", "not_found", "running_server"]

_LOOK_S = 1.0
"""Seconds to find out whether a bridge listens on this machine."""


class ServerOptions(Protocol):
    """Which server is meant: ``server`` is its URL, None for that of this machine.

    ``ca``: a file of certificates that are trusted beside those of the system, for ``server``.
    """

    server: str | None
    ca: str | None
    token: str | None
    token_file: str | None
    config: str | None


@contextlib.contextmanager
def running_server(options: ServerOptions) -> Iterator[Client | None]:
    """Connect to the server for as long as the block runs, and ask for no pictures.

    None if no bridge runs on this machine, or it refuses (and a line says why). Raises
    UsageError for options that are wrong, ConfigError for the configuration, and ServerError
    for a server that was named.
    """
    client = _client(options)
    if client is None:
        yield None
        return
    try:
        client.__enter__()
    except ServerError as error:
        if options.server is not None:
            raise
        print(f"camstrm: the running bridge is not asked: {error}", file=sys.stderr)
        yield None
        return
    try:
        yield client
    finally:
        client.close()


def _client(options: ServerOptions) -> Client | None:
    token = find_token(options.token, options.token_file, os.environ)
    if options.server is not None:
        tls = _trusting(options.ca) if options.ca is not None else None
        return connect(options.server, token=token, cameras=(), tls=tls, reconnect=False)
    if options.ca is not None:
        raise UsageError("--ca is for a server that --server names (wss://HOST:PORT)")
    bridge = (load_config(options.config) if options.config else Config()).bridge
    host = own_address(bridge.host)
    try:
        socket.create_connection((host, bridge.port), _LOOK_S).close()
    except OSError:
        return None
    tls = own_tls(bridge)
    scheme = "wss" if bridge.tls_cert else "ws"
    name = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{name}:{bridge.port}"
    token = token or own_token(bridge, os.environ)
    return connect(url, token=token, cameras=(), tls=tls, reconnect=False)


def _trusting(authorities: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=authorities)
    except ssl.SSLError:
        raise UsageError(f"--ca: {authorities} holds no certificate in PEM form") from None
    except OSError as error:
        raise UsageError(f"--ca: {authorities} cannot be read ({error.strerror})") from None
    return context


def camera_of(client: Client, wanted: str) -> CameraInfo | None:
    """Return the server's camera with this name or serial number, None if it has none.

    Raises CameraAmbiguousError if several have the number.
    """
    if wanted in client.cameras:
        return client.cameras[wanted]
    found = [camera for camera in client.cameras.values() if camera.serial == wanted]
    if len(found) > 1:
        raise CameraAmbiguousError(wanted, wanted, tuple(camera.name for camera in found))
    return found[0] if found else None


def not_found(client: Client, wanted: str, server: str) -> CameraNotFoundError:
    """Return the error for a camera that a named server does not have."""
    return CameraNotFoundError(wanted, wanted, tuple(client.cameras), server)
