"""TokenBook: all tokens that a running bridge knows, as they are now."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from camstrm.bridge.control.role import Grant, Role
from camstrm.bridge.control.secret import cookie_of, fingerprint_of_cookie, may_be_token
from camstrm.bridge.control.token_store import TOKENS_FILE, NamedToken, read_tokens
from camstrm.bridge.events.event_log import same_name
from camstrm.errors import ConfigError

__all__ = ["TokenBook"]

_log = logging.getLogger(__name__)

_Signature = tuple[int, int, int, int] | None
"""What a change of the file changes: inode, time in ns, size, mode; None without a file."""


class TokenBook:
    """Finds what a token or a cookie is good for.

    Looked up by fingerprint: how long that takes says something about the hash of what was
    given, nothing about a token. Belongs to the bridge's event loop; files are read in a
    thread, so that a slow disk holds up no picture.
    """

    def __init__(
        self,
        folder: Path | None = None,
        shared: Iterable[tuple[str, Role]] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the ``shared`` tokens, and named ones from the file in ``folder`` (None: none).

        ``clock``: seconds since 1970. Raises ConfigError for a file that cannot be used; it
        reads the file at once.
        """
        self._folder = folder
        self._clock = clock
        self._shared = _grants(shared)
        """The tokens that the bridge makes itself, by fingerprint."""
        self._named: dict[str, Grant] = {}
        """Tokens of the file as it was read last, by fingerprint."""
        self._signature: _Signature = None
        """Of the file when it was read last."""
        if folder is not None:
            self._signature = _signature(folder)
            self._take(read_tokens(folder))

    def find(self, secret: str) -> Grant | None:
        """Return what this token is good for; None if it is none, or none any more."""
        return self.find_cookie(cookie_of(secret)) if may_be_token(secret) else None

    def find_cookie(self, cookie: str) -> Grant | None:
        """Return the same for the cookie of a token."""
        fingerprint = fingerprint_of_cookie(cookie)
        grant = self._shared.get(fingerprint) or self._named.get(fingerprint)
        return None if grant is None or self.end_of(grant) else grant

    def end_of(self, grant: Grant) -> str:
        """Return a sentence that says why a grant no longer holds, "" while it does."""
        if not grant.fingerprint:
            return ""  # needs no token
        known = self._shared.get(grant.fingerprint) or self._named.get(grant.fingerprint)
        if known is None:
            return "this token was revoked"
        if (known.role, known.name, known.sight) != (grant.role, grant.name, grant.sight):
            return "the role or the cameras of this token were changed: connect again"
        if known.expires_s is not None and known.expires_s <= self._clock():
            return "this token has expired"
        return ""

    def share(self, shared: Iterable[tuple[str, Role]]) -> bool:
        """Take these in place of the ``shared`` tokens; return whether they are others."""
        before, self._shared = self._shared, _grants(shared)
        return self._shared != before

    async def refresh(self) -> None:
        """Read the file again if it has changed."""
        if self._folder is None:
            return
        found = await asyncio.to_thread(_changed, self._folder, self._signature)
        if found is None:
            return
        self._signature, tokens = found
        if isinstance(tokens, ConfigError):
            _log.error("%s. The tokens known until now stay", tokens)
            return
        self._take(tokens)
        _log.info("%s was read again: %d tokens", self._folder / TOKENS_FILE, len(tokens))

    def _take(self, tokens: Iterable[NamedToken]) -> None:
        self._named = {
            token.fingerprint: Grant(
                token.name,
                Role.named(token.role),
                token.fingerprint,
                None if token.expires is None else token.expires.timestamp(),
                None if token.cameras is None else frozenset(map(same_name, token.cameras)),
            )
            for token in tokens
        }


def _grants(shared: Iterable[tuple[str, Role]]) -> dict[str, Grant]:
    """Return what these tokens are good for, by fingerprint; the last of equal ones counts."""
    grants = {}
    for secret, role in shared:
        fingerprint = fingerprint_of_cookie(cookie_of(secret))
        grants[fingerprint] = Grant(role.label, role, fingerprint)
    return grants


def _signature(folder: Path) -> _Signature:
    try:
        found = (folder / TOKENS_FILE).stat(follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def _changed(
    folder: Path, before: _Signature
) -> tuple[_Signature, tuple[NamedToken, ...] | ConfigError] | None:
    """Return the file's signature and tokens, or what is wrong with it; None if it is as before."""
    now = _signature(folder)
    if now == before:
        return None
    try:
        return now, read_tokens(folder)
    except ConfigError as error:
        return now, error
