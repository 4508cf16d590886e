"""A server's certificate as a person compares it, and what is to be done with it. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Certificate", "Verdict", "judge", "spaced"]


@dataclass(frozen=True)
class Certificate:
    """What is shown of a certificate.

    ``fingerprint``: SHA-256 of the whole certificate in lower-case hex digits. ``problems``: why it
    is not trusted by itself, in the words of the TLS library. Dates as YYYY-MM-DD, UTC.
    """

    subject: str
    issuer: str
    valid_from: str
    valid_until: str
    fingerprint: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """``trusted``, or what the person must be shown.

    ``changed_from``: fingerprint that was trusted before; empty where none was.
    """

    trusted: bool
    changed_from: str = ""


def judge(fingerprint: str, trusted: str) -> Verdict:
    """Hold a certificate's fingerprint against the one that a person trusted (empty: none)."""
    if trusted and _plain(fingerprint) == _plain(trusted):
        return Verdict(trusted=True)
    return Verdict(trusted=False, changed_from=_plain(trusted))


def spaced(fingerprint: str) -> str:
    """Return a fingerprint as other programs show it: AB:CD:..., in two lines."""
    digits = _plain(fingerprint).upper()
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    half = len(pairs) // 2
    return ":".join(pairs[:half]) + ":\n" + ":".join(pairs[half:]) if half else digits


def _plain(fingerprint: str) -> str:
    return re.sub(r"[^0-9a-f]", "", fingerprint.lower())
