"""How a command reaches the bridge of this machine: address, certificate, token."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping

from camstrm.bridge.http.token_file import CONTROL_TOKEN_FILE, state_folder, token_path
from camstrm.config import BridgeSettings
from camstrm.config.small_file import read_small_file

__all__ = ["own_address", "own_tls", "own_token"]


_MAX_TOKEN = 4096
"""Bytes of a token's file."""


def own_address(host: str) -> str:
    """Return where a bridge that listens on ``host`` is reached from this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return host


def own_tls(bridge: BridgeSettings) -> ssl.SSLContext | None:
    """Return how to trust the bridge; None if it has no certificate.

    Whoever can read the configuration's certificate need not be shown another.
    """
    if not bridge.tls_cert:
        return None
    context = ssl.create_default_context(cafile=bridge.tls_cert)
    context.check_hostname = False
    return context


def own_token(bridge: BridgeSettings, environ: Mapping[str, str]) -> str | None:
    """Return the token to control of this machine's bridge, or the one to watch, if readable."""
    folder = state_folder(bridge.control.folder, bridge.token_file, environ)
    for path in (folder / CONTROL_TOKEN_FILE, token_path(bridge.token_file, environ)):
        try:
            return read_small_file(path, _MAX_TOKEN)[0].decode("ascii").strip()
        except (OSError, ValueError):  # ValueError: not ASCII, or NUL in the path
            continue
    return None
