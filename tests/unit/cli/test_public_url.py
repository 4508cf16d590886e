from __future__ import annotations

import pytest

from camstrm.cli.public_url import PUBLIC_URL_VARIABLE, PublicUrl
from camstrm.errors import UsageError


def read(text: str) -> PublicUrl | None:
    return PublicUrl.from_environment({PUBLIC_URL_VARIABLE: text})


def test_what_is_not_set_is_none() -> None:
    assert PublicUrl.from_environment({}) is None
    assert read(" ") is None


@pytest.mark.parametrize("text", ["http://server:8765", "http://server:8765/"])
def test_scheme_and_authority(text: str) -> None:
    assert read(text) == PublicUrl("http", "server:8765")


@pytest.mark.parametrize(
    "text",
    [
        "server:8765",
        "ws://server",
        "http://",
        "http://user@server",
        "http://server/cameras",
        "http://server/?a=b",
        "http://server:99999",
        "http://[::1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="wanted scheme, host and port"):
        read(text)
