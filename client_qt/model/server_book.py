"""The servers that a person has used: addresses, when, and what may be kept of them. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from camstrm.client.address import ServerAddress, check_token, parse_address
from camstrm.errors import UsageError

__all__ = ["KnownServer", "ServerBook", "Settings"]

MAX_SERVERS = 50
"""The ones that were not used for longest are forgotten."""

_NAME = "servers"


class Settings(Protocol):
    """Where the book is kept."""

    def get(self, name: str, fallback: list[Any]) -> list[Any]: ...
    def set(self, name: str, value: object) -> None: ...


@dataclass(frozen=True)
class KnownServer:
    """A server that was connected to.

    ``url``: as in ServerAddress. ``used_s``: when last, seconds since 1970. ``token``: empty unless
    the person wants it kept. ``fingerprint``: of the certificate that the person trusts for this
    server, empty: whatever the system trusts. ``name``: what the person calls it.
    """

    url: str
    used_s: float = 0.0
    token: str = field(default="", repr=False)
    fingerprint: str = ""
    name: str = ""

    @property
    def address(self) -> ServerAddress:
        """Return where it is, with the kept token."""
        return ServerAddress(self.url, self.token)

    @property
    def label(self) -> str:
        """The name, or host and port."""
        return self.name or self.address.label


class ServerBook:
    """Known servers, the one used last first. Written with every change."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def servers(self) -> list[KnownServer]:
        """Return all of them; entries that are none (of a file edited by hand) are left out."""
        entries = self._settings.get(_NAME, [])
        known = [server for entry in entries if (server := _server(entry)) is not None]
        return sorted(known, key=lambda server: -server.used_s)[:MAX_SERVERS]

    def find(self, url: str) -> KnownServer | None:
        """Return what is known of the server, which has one entry for all its paths and ways."""
        place = ServerAddress(url).label
        return next((s for s in self.servers() if s.address.label == place), None)

    def note_used(self, address: ServerAddress, now_s: float, *, keep_token: bool | None) -> None:
        """Put a server first. ``keep_token``: None leaves it as it is."""
        known = self.find(address.url) or KnownServer(address.url)
        token = known.token
        if keep_token is not None:
            token = address.token if keep_token else ""
        self._put(replace(known, url=address.url, used_s=now_s, token=token))

    def trust(self, url: str, fingerprint: str) -> None:
        """Keep the fingerprint of the certificate that this server shall have from now on."""
        self._put(replace(self.find(url) or KnownServer(url), fingerprint=fingerprint))

    def rename(self, url: str, name: str) -> None:
        """Keep what the person calls the server."""
        self._put(replace(self.find(url) or KnownServer(url), name=name))

    def remove(self, url: str) -> None:
        """Forget a server, its token and its certificate."""
        place = ServerAddress(url).label
        self._keep(s for s in self.servers() if s.address.label != place)

    def _put(self, server: KnownServer) -> None:
        place = server.address.label
        others = [s for s in self.servers() if s.address.label != place]
        self._keep(sorted([server, *others], key=lambda s: -s.used_s)[:MAX_SERVERS])

    def _keep(self, servers: Iterable[KnownServer]) -> None:
        self._settings.set(_NAME, [_entry(server) for server in servers])


def _entry(server: KnownServer) -> dict[str, object]:
    members = {
        "url": server.url,
        "used": server.used_s,
        "token": server.token,
        "fingerprint": server.fingerprint,
        "name": server.name,
    }
    return {name: value for name, value in members.items() if value}


def _server(entry: object) -> KnownServer | None:
    if not isinstance(entry, dict):
        return None
    texts = [entry.get(name, "") for name in ("url", "token", "fingerprint", "name")]
    used = entry.get("used", 0.0)
    if not all(isinstance(text, str) for text in texts) or isinstance(used, bool):
        return None
    if not isinstance(used, (int, float)) or not math.isfinite(used):
        return None
    url, token, fingerprint, name = texts
    try:
        address = parse_address(url)
        check_token(token)
    except UsageError:
        return None
    return KnownServer(address.url, float(used), token, fingerprint, name)
