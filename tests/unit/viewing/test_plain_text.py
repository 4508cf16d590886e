from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camstrm.viewing.plain_text import MAX_SHOWN, plain_message, plain_text
from camstrm.wire import CameraInfo, CameraStatus, Hello, Status

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "viewing" / "plain_text.json").read_text("utf-8")
)


def test_texts_are_shown_as_on_the_page() -> None:
    assert VECTORS["longest"] == MAX_SHOWN
    for text, most, shown in VECTORS["texts"]:
        assert plain_text(text, most) == shown, repr(text)


@pytest.mark.parametrize(
    "text", ["", "left", "선로_카메라 1", "Größe 5 µm", "<img src='file:///x'>"]
)
def test_what_can_be_seen_stays(text: str) -> None:
    assert plain_text(text) == text


def test_lines_and_tabs_stay() -> None:
    assert plain_text("a\nb\tc\r\n") == "a\nb\tc\r\n"


@pytest.mark.parametrize(
    "hidden",
    ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\u200b", "\u2028",
     "\ufeff", "\ud800", "\U000e0041"],
)  # fmt: skip
def test_what_cannot_be_seen_becomes_a_sign(hidden: str) -> None:
    assert plain_text(f"a{hidden}b") == "a\ufffdb"


def test_the_rest_of_a_long_text_is_cut_off() -> None:
    text = plain_text("x" * 5000)
    assert len(text) == MAX_SHOWN
    assert text.endswith("x…")
    assert plain_text("abcdef", 3) == "ab…"


def test_all_texts_of_a_message_are_plain() -> None:
    hello = Hello("s", cameras=(CameraInfo(0, "a\u202eb"), CameraInfo(1, "right", "S\x001")))
    plain = plain_message(hello)
    assert [c.name for c in plain.cameras] == ["a\ufffdb", "right"]
    assert plain.cameras[1].serial == "S\ufffd1"
    status = Status(1, cameras=(CameraStatus(index=0, state=1, reason="y" * 5000),))
    assert len(plain_message(status).cameras[0].reason) == MAX_SHOWN


def test_a_message_without_such_is_the_same_one() -> None:
    hello = Hello("s", cameras=(CameraInfo(0, "left"),))
    assert plain_message(hello) is hello
