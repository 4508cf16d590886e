"""Why there is no connection, as a sentence with what to do."""

from __future__ import annotations

import asyncio
import socket
import ssl

from websockets.exceptions import ConnectionClosed, InvalidStatus

from camstrm.client.address import ServerAddress
from camstrm.errors import ServerError

__all__ = ["explained", "refused_with"]

_TOKEN_REMEDY = "Use the whole address that the server printed, token included"  # noqa: S105  # a sentence, no token
_TEXT_SIZE = 500
"""Bytes of a server's own words that are shown."""


def explained(
    error: Exception | None, address: ServerAddress, reason: str | None = ""
) -> ServerError:
    """Return what a failed attempt or a lost connection means.

    ``error``: None for a connection that the server closed, with ``reason``.
    """
    if isinstance(error, InvalidStatus):
        response = error.response
        return refused_with(response.status_code, bytes(response.body or b""), address)
    if isinstance(error, ConnectionClosed):
        reason = error.rcvd.reason if error.rcvd is not None else ""
    if error is None or isinstance(error, ConnectionClosed):
        problem = "it closed the connection"
        return ServerError(address.label, f"{problem}: {reason}" if reason else problem)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ServerError(
            address.label,
            f"its certificate is not trusted ({error.verify_message})",
            "Install it here, or name its file: 'camstrm features --ca FILE', or in a program "
            "connect(..., tls=ssl.create_default_context(cafile=FILE))",
            patient=True,
        )
    if isinstance(error, ssl.SSLError):
        problem = f"TLS: {error.reason or error}"
        if "WRONG_VERSION_NUMBER" in problem:
            problem = "it does not use TLS: use an address that begins with ws:// or http://"
        return ServerError(address.label, problem, patient=True)
    if isinstance(error, ConnectionRefusedError):
        return ServerError(address.label, "it refuses the connection", "Is the server running?")
    if isinstance(error, socket.gaierror):
        problem = "there is no host of this name"
        return ServerError(address.label, problem, "Use its IP address instead")
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return ServerError(address.label, "it does not answer")
    return ServerError(address.label, f"the connection failed ({error})")


def refused_with(status: int, body: bytes, address: ServerAddress) -> ServerError:
    """Return what an HTTP status means that is not the one that was wanted."""
    said = body[:_TEXT_SIZE].decode("utf-8", "replace").strip().rstrip(".")
    if status == 401:
        problem = "the token is wrong" if address.token else "a token is needed"
        return ServerError(address.label, problem, _TOKEN_REMEDY, patient=True)
    return ServerError(
        address.label,
        f"HTTP {status}: {said or 'no camstrm server?'}",
        patient=400 <= status < 500 and status != 404,
    )
