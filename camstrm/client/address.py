"""Where the server is and the token it wants, from what the user typed. No Qt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from camstrm.errors import UsageError

__all__ = ["DEFAULT_PORT", "TOKEN_VARIABLE", "ServerAddress", "find_token", "parse_address"]

DEFAULT_PORT = 8765
"""Used when only a host name was given; a URL without a port means its scheme's port."""

TOKEN_VARIABLE = "CAMSTRM_TOKEN"  # noqa: S105  # the name of a variable, not a token

_MAX_TOKEN_FILE = 4096
_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
_EXAMPLE = "e.g. ws://server:8765, or the http:// address that the server prints"


@dataclass(frozen=True)
class ServerAddress:
    """A WebSocket ``url`` without the token, and the token ("": none), which is never shown."""

    url: str
    token: str = field(default="", repr=False)

    @property
    def label(self) -> str:
        """Host and port, for titles and messages."""
        return urlsplit(self.url).netloc


def parse_address(text: str, token: str | None = None) -> ServerAddress:
    """Turn what the user typed into a ServerAddress.

    Accepted are ``ws://`` and ``wss://`` URLs, the ``http(s)://.../?token=...`` address of
    the server's page, and a bare ``host`` or ``host:port``. A token in the URL is taken
    out of it (it travels in a header, where proxies do not log it); ``token`` wins over it.
    Raises UsageError with the reason.
    """
    wanted = text.strip()
    if not wanted:
        raise UsageError(f"no server address given; {_EXAMPLE}")
    bare = "://" not in wanted
    try:
        parts = urlsplit(f"ws://{wanted}" if bare else wanted)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{text!r} is no server address: {error}; {_EXAMPLE}") from None
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None:
        raise UsageError(f"{text!r} starts with {parts.scheme!r}, wanted ws or wss; {_EXAMPLE}")
    host = parts.hostname or ""
    if not re.fullmatch(r"[\w.:%-]+", host):
        raise UsageError(f"{text!r} names no host; {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise UsageError("user and password in the address are not used; give a token (--token)")
    if bare and port is None:
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    query = parse_qsl(parts.query, keep_blank_values=True)
    in_url = next((value for key, value in query if key == "token"), "")
    rest = urlencode([(key, value) for key, value in query if key != "token"])
    chosen = check_token(token if token is not None else in_url)
    url = SplitResult(scheme, netloc, _path(parts), rest, "").geturl()
    return ServerAddress(url, chosen)


def _path(parts: SplitResult) -> str:
    if not parts.scheme.startswith("http"):
        return parts.path or "/"
    return parts.path if parts.path.endswith("/ws") else f"{parts.path.rstrip('/')}/ws"


def check_token(token: str) -> str:
    """Return ``token`` if it can stand in an HTTP header; raise UsageError otherwise."""
    if re.fullmatch(r"[\x21-\x7e]*", token):
        return token
    raise UsageError("the token may hold only printable ASCII characters without spaces")


def find_token(option: str | None, file: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the token from --token, else --token-file, else CAMSTRM_TOKEN, else None."""
    if option is not None:
        return check_token(option)
    if file is not None:
        return check_token(_read_token_file(Path(file)))
    value = environ.get(TOKEN_VARIABLE)
    return None if value is None else check_token(value.strip())


def _read_token_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_TOKEN_FILE + 1)
    except OSError as error:
        raise UsageError(f"token file {path}: {error.strerror or error}") from None
    if len(data) > _MAX_TOKEN_FILE:
        raise UsageError(f"token file {path} is larger than {_MAX_TOKEN_FILE} bytes")
    token = data.decode("ascii", errors="replace").strip()
    if not token:
        raise UsageError(f"token file {path} is empty")
    return token
