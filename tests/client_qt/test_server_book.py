from __future__ import annotations

import pytest

from camstrm.client.address import ServerAddress, parse_address
from client_qt.model.server_book import MAX_SERVERS, KnownServer, ServerBook
from client_qt.model.settings import Settings

LEFT = ServerAddress("ws://left:8765/ws", "secret")
RIGHT = parse_address("right")


@pytest.fixture
def settings() -> Settings:
    return Settings()


def test_the_server_used_last_is_first(settings: Settings) -> None:
    book = ServerBook(settings)
    assert book.servers() == []
    book.note_used(LEFT, 100.0, keep_token=False)
    book.note_used(RIGHT, 200.0, keep_token=False)
    assert [s.label for s in book.servers()] == ["right:8765", "left:8765"]
    book.note_used(LEFT, 300.0, keep_token=None)
    assert [s.label for s in ServerBook(settings).servers()] == ["left:8765", "right:8765"]


def test_a_token_is_kept_only_if_the_person_says_so(settings: Settings) -> None:
    book = ServerBook(settings)
    book.note_used(LEFT, 1.0, keep_token=False)
    assert "secret" not in repr(settings.get("servers", []))
    book.note_used(LEFT, 2.0, keep_token=True)
    assert book.servers()[0].address == LEFT
    assert "secret" not in repr(book.servers()[0])
    book.note_used(ServerAddress(LEFT.url), 3.0, keep_token=None)
    assert book.servers()[0].token == "secret"
    book.note_used(LEFT, 4.0, keep_token=False)
    assert book.servers()[0].token == ""


def test_page_and_websocket_address_are_one_server(settings: Settings) -> None:
    book = ServerBook(settings)
    book.note_used(parse_address("http://left:8765/?token=a"), 1.0, keep_token=True)
    book.trust("ws://left:8765/", "ab")
    assert book.servers() == [KnownServer("ws://left:8765/ws", 1.0, "a", "ab")]


def test_names_and_removal(settings: Settings) -> None:
    book = ServerBook(settings)
    book.note_used(LEFT, 1.0, keep_token=True)
    book.rename(LEFT.url, "hall 2")
    assert book.servers()[0].label == "hall 2"
    book.remove(LEFT.url)
    assert book.servers() == []
    assert "secret" not in repr(settings.get("servers", []))


def test_the_book_does_not_grow_without_end(settings: Settings) -> None:
    book = ServerBook(settings)
    for n in range(MAX_SERVERS + 5):
        book.note_used(parse_address(f"cams-{n}"), float(n), keep_token=False)
    labels = [s.label for s in book.servers()]
    assert len(labels) == MAX_SERVERS
    assert labels[0] == f"cams-{MAX_SERVERS + 4}:8765"
    assert "cams-4:8765" not in labels


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "ws://x",
        {},
        {"url": 3},
        {"url": "ftp://x"},
        {"url": "ws://x", "token": ["a"]},
        {"url": "ws://x", "token": "a\r\nb"},
        {"url": "ws://x", "used": "today"},
        {"url": "ws://x", "used": True},
        {"url": "ws://x", "used": float("inf")},
    ],
)
def test_entries_of_a_file_edited_by_hand_do_no_harm(entry: object, settings: Settings) -> None:
    settings.set("servers", [entry, {"url": "ws://good:1/", "used": 5}])
    assert [s.label for s in ServerBook(settings).servers()] == ["good:1"]
