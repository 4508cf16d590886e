"""When a certificate ends, read from its file: Python's ssl says it of a peer's only."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterator
from datetime import datetime, timezone

__all__ = ["certificate_end"]

_PEM = re.compile(
    b"-----BEGIN (?:X509 )?CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END (?:X509 )?CERTIFICATE-----"
)

_VERSION, _UTC_TIME, _GENERALIZED_TIME = 0xA0, 0x17, 0x18
"""Tags of DER (X.690)."""

_BEFORE_VALIDITY = 3
"""Fields between version and validity: serial number, signature's algorithm, issuer."""


def certificate_end(pem: bytes) -> float:
    """Return when the first certificate of a PEM file ends, in seconds since 1970 (UTC).

    That is the server's own; those of authorities follow. Infinite if it cannot be found.
    """
    found = _PEM.search(pem)
    if found is None:
        return math.inf
    try:
        return _not_after(base64.b64decode(found[1]))
    except (ValueError, IndexError, StopIteration, binascii.Error):
        return math.inf


def _not_after(der: bytes) -> float:
    """Walk down to ``notAfter`` (RFC 5280, 4.1)."""
    _, certificate = next(_fields(der))
    _, to_be_signed = next(_fields(certificate))
    fields = [field for field in _fields(to_be_signed) if field[0] != _VERSION]
    _, validity = fields[_BEFORE_VALIDITY]
    _, (tag, text) = _fields(validity)
    if tag == _UTC_TIME:
        # Two digits of the year, 1950 to 2049 (RFC 5280, 4.1.2.5.1).
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError(f"no time: tag {tag}")
    when = datetime.strptime(text.decode("ascii"), "%Y%m%d%H%M%SZ")  # noqa: DTZ007  "Z" is UTC
    return when.replace(tzinfo=timezone.utc).timestamp()


def _fields(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each field; IndexError or ValueError for what is cut off."""
    at = 0
    while at < len(der):
        tag, size = der[at], der[at + 1]
        at += 2
        if size & 0x80:
            length = size & 0x7F
            size = int.from_bytes(der[at : at + length], "big")
            at += length
        if at + size > len(der):
            raise ValueError("cut off")
        yield tag, der[at : at + size]
        at += size
