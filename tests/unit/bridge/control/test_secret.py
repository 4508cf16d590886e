from __future__ import annotations

import re

from camstrm.bridge.control.secret import cookie_of, fingerprint_of_cookie, new_secret


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
