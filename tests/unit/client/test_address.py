from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.client.address import ServerAddress, find_token, parse_address
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


@pytest.mark.parametrize(
    ("text", "url", "token", "camera"),
    [
        ("camstrm://server:9000/?token=abc&camera=left", "ws://server:9000/ws", "abc", "left"),
        ("camstrm://server", "ws://server:8765/ws", "", ""),
        ("CAMSTRM://server/", "ws://server:8765/ws", "", ""),
        ("camstrm://server:443/?tls=1&x=y", "wss://server:443/ws", "", ""),
        ("camstrm://[::1]:8765/etc/passwd?token=abc", "ws://[::1]:8765/ws", "abc", ""),
        ("camstrm://s/?camera=%EC%84%A0%EB%A1%9C%201", "ws://s:8765/ws", "", "선로 1"),
        ("http://s:8765/?token=t#camera=left", "ws://s:8765/ws", "t", "left"),
        ("http://s:8765/#camera=%EC%84%A0", "ws://s:8765/ws", "", "선"),
    ],
)
def test_links_name_server_token_and_camera(text: str, url: str, token: str, camera: str) -> None:
    assert parse_address(text) == ServerAddress(url, token, camera)


@pytest.mark.parametrize(
    ("url", "page", "link"),
    [
        ("ws://s:8765/ws", "http://s:8765/?token=t", "camstrm://s:8765/?token=t&camera=a+b"),
        ("ws://s:8765/", "http://s:8765/?token=t", "camstrm://s:8765/?token=t&camera=a+b"),
        ("wss://s/cams/ws", "https://s/cams/?token=t", "camstrm://s:443/?token=t&camera=a+b&tls=1"),
        ("ws://[::1]:1/ws", "http://[::1]:1/?token=t", "camstrm://[::1]:1/?token=t&camera=a+b"),
    ],
)
def test_an_address_gives_the_page_and_a_link(url: str, page: str, link: str) -> None:
    address = parse_address(url)
    assert address.page_url("t") == page
    assert address.link("t", "a b") == link
    again = parse_address(link)
    assert (again.token, again.camera, again.encrypted) == ("t", "a b", address.encrypted)


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
        ("camstrm://", "names no host"),
        ("camstrm:server", "is no server address"),
        ("camstrm://a$(id)/", "names no host"),
        ("camstrm://server/?token=a%20b", "printable ASCII"),
        ("camstrm://server/?camera=a%00b", "cannot be printed"),
        ("camstrm://server/?camera=a%E2%80%AEb", "cannot be printed"),
        ("camstrm://server/?camera=" + "x" * 129, "128 characters"),
        ("camstrm://server/?x=" + "y" * 5000, "4096 at most"),
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


@pytest.mark.parametrize(
    "text", ["http:// ?token=abc", "ftp://h/?a=b&token=abc#x", "ws://h:x?token=abc"]
)
def test_no_message_has_the_token_in_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert "abc" not in str(caught.value)
    assert "token=..." in str(caught.value)
