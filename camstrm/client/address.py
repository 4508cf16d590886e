"""Where the server is and the token it wants, from what the user typed. No Qt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from camstrm.errors import UsageError

__all__ = ["DEFAULT_PORT", "TOKEN_VARIABLE", "ServerAddress", "find_token", "parse_address"]

DEFAULT_PORT = 8765
"""Used when only a host name was given; a URL without a port means its scheme's port."""

TOKEN_VARIABLE = "CAMSTRM_TOKEN"  # noqa: S105  # the name of a variable, not a token

_MAX_TOKEN_FILE = 4096
_MAX_ADDRESS = 4096
"""Characters of an address: browsers and mail programs hand over links of any length."""

_MAX_CAMERA_NAME = 128

_LINK = "camstrm"
"""Scheme of the links that a desktop opens with the viewer: camstrm://server:8765/?camera=left."""

_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss", _LINK: "ws"}
_TOKEN_IN_URL = re.compile(r"([?&]token=)[^&#]*")
"""Left out of messages: those of a viewer that the desktop starts are kept in a log."""

_EXAMPLE = "e.g. ws://server:8765, or the http:// address that the server prints"


@dataclass(frozen=True)
class ServerAddress:
    """A WebSocket ``url`` without the token, and the token ("": none), which is never shown.

    ``camera``: name of the one camera that a link is for; empty for all of them.
    """

    url: str
    token: str = field(default="", repr=False)
    camera: str = ""

    @property
    def label(self) -> str:
        """Host and port, for titles and messages."""
        return urlsplit(self.url).netloc

    @property
    def host(self) -> str:
        """The host alone."""
        return urlsplit(self.url).hostname or ""

    @property
    def encrypted(self) -> bool:
        """Whether the server is spoken to over TLS."""
        return self.url.startswith("wss:")

    def page_url(self, token: str = "") -> str:
        """Return the address of the server's page, for a browser or a phone, with a token in it."""
        parts = urlsplit(self.url)
        path = parts.path[:-2] if parts.path.endswith("/ws") else parts.path
        scheme = "https" if self.encrypted else "http"
        return SplitResult(scheme, parts.netloc, path, _query(("token", token)), "").geturl()

    def link(self, token: str = "", camera: str = "") -> str:
        """Return a camstrm:// link that opens a viewer here, on one camera if it is named.

        It has the TLS of the address, but no path: a server below a path has no link of its own.
        """
        query = _query(("token", token), ("camera", camera), ("tls", "1" if self.encrypted else ""))
        port = urlsplit(self.url).port or (443 if self.encrypted else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return SplitResult(_LINK, f"{host}:{port}", "/", query, "").geturl()


def parse_address(text: str, token: str | None = None) -> ServerAddress:
    """Turn what the user typed into a ServerAddress.

    Accepted are ``ws://`` and ``wss://`` URLs, the ``http(s)://.../?token=...`` address of
    the server's page, ``camstrm://`` links, and a bare ``host`` or ``host:port``. A token in the
    URL is taken out of it (it travels in a header, where proxies do not log it); ``token`` wins
    over it. Raises UsageError with the reason.
    """
    wanted = text.strip()
    if not wanted:
        raise UsageError(f"no server address given; {_EXAMPLE}")
    if len(wanted) > _MAX_ADDRESS:
        raise UsageError(
            f"the address has {len(wanted)} characters, {_MAX_ADDRESS} at most; {_EXAMPLE}"
        )
    shown = _TOKEN_IN_URL.sub(r"\1...", text)
    bare = "://" not in wanted
    try:
        parts = urlsplit(f"ws://{wanted}" if bare else wanted)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{shown!r} is no server address: {error}; {_EXAMPLE}") from None
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None:
        raise UsageError(f"{shown!r} starts with {parts.scheme!r}, wanted ws or wss; {_EXAMPLE}")
    host = parts.hostname or ""
    if not re.fullmatch(r"[\w.:%-]+", host):
        raise UsageError(f"{shown!r} names no host; {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise UsageError("user and password in the address are not used; give a token (--token)")
    link = parts.scheme == _LINK
    if (bare or link) and port is None:
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    query = parse_qsl(parts.query, keep_blank_values=True)
    in_url = next((value for key, value in query if key == "token"), "")
    chosen = check_token(token if token is not None else in_url)
    camera = _camera(parts, query)
    if link:
        scheme = "wss" if ("tls", "1") in query else "ws"
        return ServerAddress(f"{scheme}://{netloc}/ws", chosen, camera)
    rest = urlencode([(key, value) for key, value in query if key not in ("token", "camera")])
    url = SplitResult(scheme, netloc, _path(parts), rest, "").geturl()
    return ServerAddress(url, chosen, camera)


def _query(*members: tuple[str, str]) -> str:
    return urlencode([(name, value) for name, value in members if value])


def _camera(parts: SplitResult, query: list[tuple[str, str]]) -> str:
    """Return the camera that a link (?camera=) or the page's address (#camera=) is for."""
    at_end = parts.fragment.partition("camera=")[2] if "camera=" in parts.fragment else ""
    camera = next((value for key, value in query if key == "camera"), unquote(at_end))
    if len(camera) > _MAX_CAMERA_NAME or not camera.isprintable():
        raise UsageError(
            f"the camera's name in the address may have {_MAX_CAMERA_NAME} characters at most, "
            "and none that cannot be printed"
        )
    return camera


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
