"""Tokens, their cookies and their fingerprints.

A token is 256 random bits, its cookie a keyed hash of it, its fingerprint a hash of that. A
fingerprint lets nobody log in or make a cookie, and needs no slow hash against guessing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

__all__ = ["cookie_of", "fingerprint_of_cookie", "may_be_token", "new_secret"]

_SECRET_BYTES = 32

_VISIBLE = re.compile(r"[\x21-\x7e]+")


def new_secret() -> str:
    """Return a new token of 256 random bits that may stand in a URL."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def may_be_token(text: str) -> bool:
    """Return whether ``text`` consists of visible ASCII characters, as every token does.

    To be asked before :func:`cookie_of`: HMAC fills its key up with zeros (RFC 2104), so a token
    with NULs behind it has the cookie of the one without.
    """
    return _VISIBLE.fullmatch(text) is not None


def cookie_of(secret: str) -> str:
    """Return the cookie that stands for a token in a browser.

    It is no use as a token elsewhere: not in a URL, not as a header.
    """
    key = secret.encode("utf-8", "surrogatepass")
    return hmac.new(key, b"camstrm cookie", hashlib.sha256).hexdigest()


def fingerprint_of_cookie(cookie: str) -> str:
    """Return the fingerprint of a token from its cookie, which cannot be computed back."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
