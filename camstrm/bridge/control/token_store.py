"""The file of named tokens: who may connect besides the two tokens that the bridge makes.

It holds no token, only fingerprints (secret.py). Whoever may write it can let anybody in.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from camstrm.bridge.control.role import RoleName
from camstrm.bridge.control.secret import cookie_of, fingerprint_of_cookie, new_secret
from camstrm.errors import ConfigError, UsageError

__all__ = [
    "TOKENS_FILE",
    "NamedToken",
    "add_share",
    "add_token",
    "check_name",
    "read_tokens",
    "revoke_token",
]

TOKENS_FILE = "tokens.json"
"""Name of the file within the state folder."""

MAX_TOKENS = 1000
"""Of one file; more is a mistake of a script."""

MAX_SHARES = 100
"""Open shares of one file."""

NAME_MAX = 64
"""Characters of a token's name."""

_MAX_SIZE = 1024 * 1024

_RESERVED = ("view", "control", "admin")
"""Names of roles: the tokens that the bridge makes are called after theirs."""

_Fingerprint = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class NamedToken(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A token in the file; ``fingerprint`` is that of its cookie. Times are UTC.

    ``cameras``: names of those that it is for; None: all. A share is one for some that a viewer has
    made: ``note`` says what it is for, ``made_by`` is the name of its maker's token.
    """

    name: str
    role: RoleName
    fingerprint: _Fingerprint
    created: datetime
    expires: datetime | None = None
    cameras: tuple[str, ...] | None = None
    note: str = ""
    made_by: str = ""

    @property
    def is_share(self) -> bool:
        """Whether a viewer made it, and viewers may list and revoke it."""
        return self.cameras is not None and bool(self.made_by)

    def is_over(self, now: datetime) -> bool:
        """Return whether it has expired."""
        return self.expires is not None and self.expires <= now


class _Tokens(Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[NamedToken, ...]


def check_name(name: str) -> str:
    """Return the name in Unicode's composed form; raise UsageError if no token may be named so."""
    name = unicodedata.normalize("NFC", name)
    if not 0 < len(name) <= NAME_MAX or not name.isprintable() or name != name.strip():
        raise UsageError(
            f"the name of a token has 1 to {NAME_MAX} printable characters and neither begins nor "
            f"ends with a blank, got {name[: NAME_MAX + 1]!a}"
        )
    if name.casefold() in _RESERVED:
        raise UsageError(f"{name!r} is the name of a role; give the token that of its user")
    return name


def read_tokens(folder: Path) -> tuple[NamedToken, ...]:
    """Return the tokens of the file in ``folder``, none if there is no file.

    Raises ConfigError for a file that cannot be read, is none of camstrm's, or that other
    users can write: they could add a token.
    """
    path = folder / TOKENS_FILE
    try:
        # Not blocking: whatever stands there may be a pipe.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            os.close(handle)
            raise ConfigError(str(path), "wanted a regular file")
        with os.fdopen(handle, "rb") as file:
            content = file.read(_MAX_SIZE + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})") from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(
            str(path), f"other users can write it and so let anybody in: chmod 600 {path}"
        )
    return _parsed(path, content)


def add_token(
    folder: Path,
    name: str,
    role: RoleName,
    *,
    lifetime: timedelta | None = None,
    cameras: Sequence[str] = (),
    now: datetime | None = None,
) -> tuple[str, NamedToken]:
    """Add a token to the file and return it; this is the only time that it can be seen.

    ``cameras``: names of those that it is for, empty for all; with role view only. Raises
    UsageError for a name that is taken or impossible, ConfigError for the file.
    """
    name = check_name(name)
    if cameras and role != "view":
        raise UsageError(f"a token for some cameras is for watching: --role view, not {role}")
    if any(not camera.strip() for camera in cameras):
        raise UsageError("--camera: wanted the name of a camera, got an empty text")
    secret = new_secret()
    now = (now or datetime.now(timezone.utc)).replace(microsecond=0)
    expires = None if lifetime is None else now + lifetime
    fingerprint = fingerprint_of_cookie(cookie_of(secret))
    token = NamedToken(name, role, fingerprint, now, expires, tuple(cameras) or None)
    with _locked(folder):
        tokens = read_tokens(folder)
        if any(known.name.casefold() == name.casefold() for known in tokens):
            raise UsageError(
                f"there is a token {name!r} already; revoke it first (camstrm token revoke "
                "NAME), or take another name"
            )
        if len(tokens) >= MAX_TOKENS:
            raise UsageError(f"there are {MAX_TOKENS} tokens already; revoke some first")
        _write(folder, (*tokens, token))
    return secret, token


def add_share(
    folder: Path,
    cameras: Sequence[str],
    lifetime: timedelta,
    note: str,
    made_by: str,
    now: datetime | None = None,
) -> tuple[str, NamedToken]:
    """Add a token to watch these cameras and return it; shares that are over are taken out.

    Raises UsageError if there are MAX_SHARES open ones, ConfigError for the file.
    """
    secret = new_secret()
    now = (now or datetime.now(timezone.utc)).replace(microsecond=0)
    fingerprint = fingerprint_of_cookie(cookie_of(secret))
    with _locked(folder):
        tokens = [t for t in read_tokens(folder) if not t.is_share or not t.is_over(now)]
        if sum(token.is_share for token in tokens) >= MAX_SHARES:
            raise UsageError(f"there are {MAX_SHARES} open shares already; revoke some first")
        if len(tokens) >= MAX_TOKENS:
            raise UsageError(f"there are {MAX_TOKENS} tokens already; revoke some first")
        names = {token.name for token in tokens}
        name = next(n for n in (f"share-{token_hex(4)}" for _ in count()) if n not in names)
        token = NamedToken(
            name, "view", fingerprint, now, now + lifetime, tuple(cameras), note, made_by
        )
        _write(folder, (*tokens, token))
    return secret, token


def revoke_token(folder: Path, name: str, *, shares_only: bool = False) -> NamedToken:
    """Take a token out of the file and return what stood there.

    Raises UsageError if there is none of this name (with ``shares_only``, no share), ConfigError
    for the file.
    """
    name = unicodedata.normalize("NFC", name)
    with _locked(folder):
        tokens = read_tokens(folder)
        found = next((token for token in tokens if token.name == name), None)
        if shares_only and (found is None or not found.is_share):
            raise UsageError(f"there is no share {name[:NAME_MAX]!a}: it may have been revoked")
        if found is None:
            names = ", ".join(repr(token.name) for token in tokens) or "none"
            raise UsageError(f"there is no token {name!a}. Tokens: {names}")
        _write(folder, tuple(token for token in tokens if token is not found))
    return found


def _parsed(path: Path, content: bytes) -> tuple[NamedToken, ...]:
    try:
        if len(content) > _MAX_SIZE:
            raise ValueError(f"larger than {_MAX_SIZE} bytes")
        tokens = msgspec.json.decode(content, type=_Tokens).tokens
        if any(token.expires is not None and token.expires.tzinfo is None for token in tokens):
            raise ValueError("a time without its zone")
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            str(path),
            f"not a file of 'camstrm token' ({error}); move it away and add the tokens again",
        ) from None
    return tokens


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other writers of the file away while the block runs; make the folder if need be."""
    path = folder / f".{TOKENS_FILE}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, flags, 0o600)
    except OSError as error:
        raise ConfigError(
            str(folder), f"tokens cannot be kept there ({error.strerror}: {error.filename})"
        ) from None
    try:
        _give_to_owner(handle, folder)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(folder: Path, tokens: tuple[NamedToken, ...]) -> None:
    """Put the file in its place whole: a reader sees all of one version at any moment."""
    path = folder / TOKENS_FILE
    beside = folder / f".{TOKENS_FILE}.new"
    text = msgspec.json.format(msgspec.json.encode(_Tokens(tokens)), indent=2) + b"\n"
    try:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()  # of a command that was killed; nobody else writes under the lock
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fchmod(handle, 0o600)
                _give_to_owner(handle, folder)
                os.fsync(handle)
            beside.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()
    except OSError as error:
        raise ConfigError(str(path), f"cannot be written ({error.strerror})") from None


def _give_to_owner(handle: int, folder: Path) -> None:
    """Let root's command write a file that the bridge's user can read."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)
