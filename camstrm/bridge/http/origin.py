"""Under which names the bridge may be addressed, and whose pages may talk to it.

aiohttp checks neither. Without the Host check a foreign page can make its own name point
here (DNS rebinding); without the Origin check any page can open a WebSocket here.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["HostRules", "own_names", "split_authority"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class HostRules:
    """Decides on ``Host`` and ``Origin`` headers.

    A host is allowed if it is an IP address, ``localhost``, one of ``names`` or in
    ``allowed_hosts`` (with a port there: only with this port).
    """

    def __init__(
        self,
        names: Iterable[str],
        allowed_hosts: Collection[str] = (),
        allowed_origins: Collection[str] = (),
    ) -> None:
        self._names = {"localhost", *(_canonical(name) for name in names)}
        self._allowed = {split_authority(host) for host in allowed_hosts}
        self._origins = {_origin(origin) for origin in allowed_origins} - {None}

    def host_allowed(self, host: str) -> bool:
        """Return whether a request with this ``Host`` header may be answered."""
        name, port = split_authority(host)
        if not name:
            return False
        return (
            name in self._names
            or _is_address(name)
            or (name, port) in self._allowed
            or (name, None) in self._allowed
        )

    def origin_allowed(self, origin: str, scheme: str, host: str) -> bool:
        """Return whether a page of ``origin`` may ask here.

        ``scheme`` and ``host`` are those of the request: only the bridge's own pages and
        the listed origins may.
        """
        asked = _origin(origin)
        return asked is not None and (
            asked == _origin(f"{scheme}://{host}") or asked in self._origins
        )


def split_authority(text: str) -> tuple[str, int | None]:
    """Return host (lower case, no brackets) and port of ``host[:port]``; ``""`` if it is none."""
    if not text or any(c in text for c in "/?#@\\ \t"):
        return "", None
    try:
        parts = urlsplit(f"//{text}")
        return _canonical(parts.hostname or ""), parts.port
    except ValueError:
        return "", None


def own_names(host: str) -> set[str]:
    """Return the names of this machine that are known without asking the network.

    The host name, the same under ``.local`` (mDNS) and in the search domains of
    resolv.conf, and the ``host`` that the bridge is configured to bind. A name server is not
    asked: it may be slow, and it may be the attacker's.
    """
    machine = _canonical(os.uname().nodename)
    short = machine.split(".")[0]
    names = {machine, short, f"{short}.local", _canonical(host)}
    names.update(f"{short}.{domain}" for domain in _search_domains())
    return names - {""}


def _search_domains() -> list[str]:
    try:
        lines = Path("/etc/resolv.conf").read_text(errors="replace").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [_canonical(d) for w in words if w[:1] in (["search"], ["domain"]) for d in w[1:]]


def _canonical(name: str) -> str:
    return name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _origin(text: str) -> tuple[str, str, int] | None:
    scheme, _, authority = text.partition("://")
    scheme = scheme.lower()
    host, port = split_authority(authority)
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    return scheme, host, _DEFAULT_PORTS[scheme] if port is None else port
