"""Bind the TCP port, with an answer to "why not" that a user can act on."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Sequence

from camstrm.bridge.http.port_holder import port_holder
from camstrm.errors import AddressInUseError, UsageError

__all__ = ["bind_tcp"]

_RESOLVE_TIMEOUT_S = 5.0
"""Longest wait for the name server; the bridge is not up before."""

_BACKLOG = 1024
"""Connections that wait to be accepted: the viewers of a bridge that has restarted come at once."""

_Address = tuple[socket.AddressFamily, str]


async def bind_tcp(host: str, port: int) -> list[socket.socket]:
    """Return bound sockets for every address of ``host``; port 0 takes a free one.

    Raises AddressInUseError naming who has the port, and UsageError if ``host`` is no
    address of this machine or the port is not allowed.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in await _addresses(host):
            sock = _bind(family, address, port, host)
            sockets.append(sock)
            port = port or sock.getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


async def _addresses(host: str) -> Sequence[_Address]:
    if host == "localhost":
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")][: 1 + _has_ipv6_loopback()]
    with contextlib.suppress(ValueError):
        version = ipaddress.ip_address(host).version
        return [(socket.AF_INET if version == 4 else socket.AF_INET6, host)]
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(
            loop.getaddrinfo(host, None, type=socket.SOCK_STREAM), _RESOLVE_TIMEOUT_S
        )
    except (OSError, UnicodeError, asyncio.TimeoutError) as error:
        reason = str(error) or "no answer"
        raise UsageError(
            f"host {host!r} cannot be resolved ({reason}). Give an address of this machine, "
            "or 0.0.0.0 for all"
        ) from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _bind(family: socket.AddressFamily, address: str, port: int, host: str) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last connections are in TIME_WAIT can be had again at once.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address != "::")
        sock.setblocking(False)
        sock.bind((address, port))
        # With SO_REUSEADDR Linux finds some conflicts only here.
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(host, port, port_holder(port)) from None
        raise UsageError(_why_not(host, address, port, error)) from None
    return sock


def _why_not(host: str, address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"host {host} ({address}) is not an address of this machine. 'ip address' lists "
            "them; 0.0.0.0 is all"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs special rights. Choose one above 1023 (default 8765)"
    return f"cannot listen on {address} port {port}: {error.strerror or error}"
