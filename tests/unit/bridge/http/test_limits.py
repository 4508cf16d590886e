from __future__ import annotations

import contextlib

import pytest
from aiohttp import web

from camstrm.bridge.http.limits import ClientLimits


def test_total() -> None:
    limits = ClientLimits(2, 2)
    with limits.admit("a"), limits.admit("b"):
        with pytest.raises(web.HTTPServiceUnavailable) as caught, limits.admit("c"):
            pass
        assert caught.value.headers["Retry-After"] == "5"
        assert "max_clients)" in (caught.value.text or "")
    with limits.admit("c"), limits.admit("c"):
        pass
    assert limits.refused == 1


def test_each_address() -> None:
    limits = ClientLimits(5, 1)
    with limits.admit("a"), limits.admit("b"):
        with pytest.raises(web.HTTPServiceUnavailable) as caught, limits.admit("a"):
            pass
        assert "viewers from a are connected" in (caught.value.text or "")


def test_a_place_is_given_back_after_an_error() -> None:
    limits = ClientLimits(1, 1)
    for _ in range(3):
        with contextlib.suppress(KeyError), limits.admit("a"):
            raise KeyError
    assert limits.refused == 0
