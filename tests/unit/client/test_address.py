from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.client.address import find_token, parse_address
from camstrm.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ws://server:8765", "ws://server:8765/"),
        ("ws://server:8765/ws", "ws://server:8765/ws"),
        ("wss://cams.example", "wss://cams.example/"),
        ("  server  ", "ws://server:8765/"),
        ("server:9000", "ws://server:9000/"),
        ("10.0.0.7:8765", "ws://10.0.0.7:8765/"),
        ("http://server:8765/", "ws://server:8765/ws"),
        ("http://server:8765", "ws://server:8765/ws"),
        ("https://host/cams/", "wss://host/cams/ws"),
        ("https://host/cams/ws", "wss://host/cams/ws"),
        ("ws://[::1]:8765", "ws://[::1]:8765/"),
        ("HTTP://Server:8765/#top", "ws://server:8765/ws"),
    ],
)
def test_addresses_become_websocket_urls(text: str, url: str) -> None:
    assert parse_address(text).url == url


def test_token_is_taken_out_of_the_url() -> None:
    address = parse_address("http://server:8765/?token=abc-123&view=2")
    assert address.url == "ws://server:8765/ws?view=2"
    assert address.token == "abc-123"
    assert "abc-123" not in repr(address)
    assert address.label == "server:8765"


def test_given_token_wins_over_the_urls() -> None:
    assert parse_address("ws://s/?token=old", "new").token == "new"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no server address"),
        ("ftp://server", "'ftp'"),
        ("ws://", "names no host"),
        ("ws://server:99999", "is no server address"),
        ("ws://server:port", "is no server address"),
        ("ws://[::1", "is no server address"),
        ("ws://a b:1", "names no host"),
        ("ws://user:secret@server", "give a token"),
        ("ws://server/?token=a%0d%0ab", "printable ASCII"),
    ],
)
def test_bad_addresses_say_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_address(text)


def test_token_sources_in_order(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    environ = {"CAMSTRM_TOKEN": "from-environ"}
    assert find_token("option", str(file), environ) == "option"
    assert find_token(None, str(file), environ) == "from-file"
    assert find_token(None, None, environ) == "from-environ"
    assert find_token(None, None, {}) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"x" * 5000, "larger than"),
        (b"a b", "printable"),
        (b"\xff", "printable"),
    ],
)
def test_bad_token_files(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=problem):
        find_token(None, str(file), {})


def test_missing_token_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        find_token(None, str(tmp_path / "nowhere"), {})
