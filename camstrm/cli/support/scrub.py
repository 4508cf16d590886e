"""Scrubber: takes out of a text what a bug report must not have.

Secrets are found in two ways: those that are known (token files, variables, the key of the
certificate) wherever they stand, and what looks like one. Names and addresses become numbers, the
same one each time, so that a report can still be read: ``[net-1].17`` and ``[net-1].20`` were in
one network of 256 addresses.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

__all__ = ["SECRET", "Scrubber", "is_secret_name"]

SECRET = "[secret]"  # noqa: S105  what stands in place of one
"""What stands in place of a secret."""

_SHORTEST = 4
"""Characters of a known secret; a shorter one would take words of the text with it."""

_WORDS = "token|secret|passw(?:or)?d|passwd|passphrase|pwd|api_?-?key|private_?-?key|credential"

_SECRET_NAME = re.compile(
    rf"(?i)(?:{_WORDS}|authorization|cookie|licen[sc]e)(?!.*(?:file|folder|dir|path)s?$)"
)

_PEM = re.compile(r"-----BEGIN [^-\n]{1,80}-----.*?(?:-----END [^-\n]{1,80}-----|\Z)", re.DOTALL)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|digest)(\s+)[A-Za-z0-9._~+/=%-]{4,}")
_HEADER = re.compile(r"(?i)\b((?:set-)?cookie|authorization|x-[a-z-]*token)(\s*:\s*)[^\r\n\"']+")
_USER = re.compile(r"(?<=://)[^\s/@\"'?#]+@")
_ASSIGNED = re.compile(
    rf"(?i)(?<![\w.-])((?:[\w.-]*(?:{_WORDS})s?)(?:\\?[\"'])?(?:\s*(?:=>|[=:])\s*))"
    r"(\\\"[^\"\\]*\\\"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"'&;,)}\]<>]+)"
)
_RANDOM = re.compile(r"(?<![A-Za-z0-9_+/=.-])[A-Za-z0-9_+/=-]{24,}(?![A-Za-z0-9_+/=-])")
_HEX = re.compile(r"(?<![A-Za-z0-9])[0-9A-Fa-f]{32,}(?![A-Za-z0-9])")
_PLAIN_VALUES = frozenset(("true", "false", "null", "none", "", "0", "1"))

_IP_V4 = re.compile(r"(?<![\w.-])(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})(?![\w-]|\.\d)")
_IP_V6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:%\w+)?(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:-])")
_URL_HOST = re.compile(
    rf"(?i)\b((?:https?|wss?|camstrm|ftp|ssh)://(?:{re.escape(SECRET)}@)?)([^\s/:?#\"'\[\]\\<>]+)"
)
_WEB_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,4}")
"""A JSON Web Token (RFC 7519): its first part begins with {" in base64."""
_HOME = re.compile(r"(/home/|/Users/|[A-Za-z]:\\+Users\\+)([^/\s\"'\\:]+)")
_KEPT_HOSTS = frozenset(("localhost", "host", "server", "127.0.0.1", "0.0.0.0"))  # noqa: S104  text to keep
_KEPT_USERS = frozenset(("root", "camstrm", "user"))


def is_secret_name(name: str) -> bool:
    """Return whether a key, variable or feature of this name may hold a secret."""
    return _SECRET_NAME.search(name) is not None


class Scrubber:
    """Replaces secrets, addresses, hosts, users and people; the same thing by the same word.

    ``secrets``: what must not be in any text. ``hosts``, ``domains``: names of machines, and what
    such names end with. ``users``: log-in names. ``people``: names of tokens. ``kept``: texts that
    look like addresses and are none (version numbers).
    """

    def __init__(
        self,
        secrets: Iterable[str] = (),
        *,
        hosts: Iterable[str] = (),
        domains: Iterable[str] = (),
        users: Iterable[str] = (),
        people: Iterable[str] = (),
        kept: Iterable[str] = (),
    ) -> None:
        self._secrets = sorted(
            {form for secret in secrets for form in _forms(secret)}, key=len, reverse=True
        )
        self._kept = frozenset(kept)
        self._numbers: dict[str, dict[str, int]] = {}
        """Number of each thing that was replaced, by its kind and the thing."""
        self._words = [
            (_any_of(people, 2), "person"),
            (_any_of(hosts, 2, domains), "host"),
            (_any_of((u for u in users if u.lower() not in _KEPT_USERS), 3), "user"),
        ]

    def text(self, text: str) -> str:
        """Return the text without them."""
        for secret in self._secrets:
            text = text.replace(secret, SECRET)
        text = _PEM.sub(SECRET, text)
        text = _HEADER.sub(rf"\1\2{SECRET}", text)
        text = _SCHEME.sub(rf"\1\2{SECRET}", text)
        text = _USER.sub(f"{SECRET}@", text)
        text = _ASSIGNED.sub(_assigned, text)
        text = _WEB_TOKEN.sub(SECRET, text)
        text = _HEX.sub(SECRET, text)
        text = _RANDOM.sub(_random, text)
        text = _URL_HOST.sub(self._url_host, text)
        text = _MAC.sub(self._as("mac"), text)
        text = _IP_V6.sub(self._ip_v6, text)
        text = _IP_V4.sub(self._ip_v4, text)
        text = _HOME.sub(lambda found: found[1] + self._home(found[2]), text)
        for words, kind in self._words:
            if words is not None:
                text = re.sub(rf"(?i)(?<![\w-])(?:{words})(?![\w-])", self._as(kind), text)
        return text

    def file_name(self, name: str) -> str:
        """Return the name of a file without them; there they also stand beside "-" and "_"."""
        for words, kind in self._words:
            if words is not None:
                name = re.sub(rf"(?i){words}", self._as(kind), name)
        return self.text(name)

    def leaks(self, data: str) -> bool:
        """Return whether a known secret is in a text all the same."""
        return any(secret in data for secret in self._secrets)

    def person(self, name: str) -> str:
        """Return what stands for the name of a token."""
        return self._numbered("person", name) if name else name

    def _numbered(self, kind: str, thing: str) -> str:
        known = self._numbers.setdefault(kind, {})
        return f"[{kind}-{known.setdefault(thing.lower(), len(known) + 1)}]"

    def _as(self, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self._numbered(kind, found[0])

    def _home(self, user: str) -> str:
        known = user.lower() in _KEPT_USERS or user.startswith("[")
        return user if known else self._numbered("user", user)

    def _url_host(self, found: re.Match[str]) -> str:
        scheme, host = found.groups()
        plain = host.lower().strip("[]")
        if plain in _KEPT_HOSTS or host.startswith("[") or _IP_V4.fullmatch(host):
            return found[0]
        return scheme + self._numbered("host", host)

    def _ip_v4(self, found: re.Match[str]) -> str:
        try:
            address = ipaddress.IPv4Address(found[0])
        except ValueError:
            return found[0]
        if found[0] in self._kept or address.is_loopback or found[0].startswith(("0.0.0.", "255.")):
            return found[0]
        return f"{self._numbered('net', found[1])}.{found[2]}"

    def _ip_v6(self, found: re.Match[str]) -> str:
        try:
            address = ipaddress.IPv6Address(found[0].partition("%")[0])
        except ValueError:
            return found[0]
        kept = address.is_loopback or address.is_unspecified
        return found[0] if kept else self._numbered("ip", str(address))


def _forms(secret: str) -> set[str]:
    """Return how a secret may stand in a text."""
    secret = secret.strip()
    if len(secret) < _SHORTEST:
        return set()
    encoded = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()
    forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms |= {encoded, encoded.rstrip("=")}
    for form in (quote, quote_plus):
        escaped = form(secret, safe="", errors="replace")
        forms |= {escaped, re.sub("%..", lambda code: code[0].lower(), escaped)}
    return forms


def _assigned(found: re.Match[str]) -> str:
    name, value = found[1], found[2]
    plain = value.strip("\\\"'")
    if not is_secret_name(name.rstrip(" =:>\"'\\")) or plain.lower() in _PLAIN_VALUES:
        return found[0]
    if plain.startswith("["):
        return found[0]
    edge = value[: len(value) - len(value.lstrip("\\\"'"))]
    return f"{name}{edge}{SECRET}{edge}"


def _random(found: re.Match[str]) -> str:
    """Return a sign for what no person writes: long, with letters of both cases and digits."""
    text = found[0]
    kinds = (str.islower, str.isupper, str.isdigit)
    mixed = all(any(map(kind, text)) for kind in kinds)
    return SECRET if mixed and not text.startswith("/") and text.count("/") < 2 else text


def _any_of(names: Iterable[str], shortest: int, endings: Iterable[str] = ()) -> str | None:
    """Return a pattern of these names, and of all that end with a dot and one of ``endings``."""
    wanted = {name for name in names if len(name) >= shortest and name.lower() not in _KEPT_HOSTS}
    parts = [re.escape(name) for name in sorted(wanted, key=len, reverse=True)]
    parts = [rf"[\w.-]+\.{re.escape(ending)}" for ending in endings if "." in ending] + parts
    return "|".join(parts) or None
