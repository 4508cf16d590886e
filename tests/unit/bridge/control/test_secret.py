from __future__ import annotations

import re

import pytest

from camstrm.bridge.control.secret import (
    cookie_of,
    fingerprint_of_cookie,
    may_be_token,
    new_secret,
)


def test_token_has_256_bits_and_may_stand_in_a_url() -> None:
    token = new_secret()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert token != new_secret()


def test_token_cookie_and_fingerprint_are_three_different_things() -> None:
    token = new_secret()
    cookie = cookie_of(token)
    fingerprint = fingerprint_of_cookie(cookie)
    assert len({token, cookie, fingerprint}) == 3
    assert fingerprint_of_cookie(token) != fingerprint, "a token is no cookie"
    assert fingerprint_of_cookie(fingerprint) != fingerprint, "what is in the file is no cookie"
    assert fingerprint_of_cookie(cookie_of(cookie)) != fingerprint, "a cookie is no token"


def test_any_text_has_a_fingerprint() -> None:
    assert fingerprint_of_cookie(cookie_of("tökén \udcff\0"))


@pytest.mark.parametrize(
    "wrong", ["", "\0", "a\0", "a\0\0", "a b", " a", "a\n", "ä", "\ud800", "a\x7f"]
)
def test_what_no_token_looks_like(wrong: str) -> None:
    assert not may_be_token(wrong)


def test_a_token_with_zeros_behind_it_is_another() -> None:
    """HMAC fills its key up with zeros: the cookies of both are the same."""
    secret = new_secret()
    assert cookie_of(secret) == cookie_of(f"{secret}\0")
    assert may_be_token(secret)
    assert not may_be_token(f"{secret}\0")
