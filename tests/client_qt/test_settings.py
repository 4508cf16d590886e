from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from client_qt.model.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "camstrm" / "viewer.json"


def test_values_are_there_after_a_restart(path: Path) -> None:
    first = Settings(path)
    assert first.get("language", "en") == "en"
    first.set("language", "ko")
    first.set("servers", [{"url": "ws://server:8765/"}])
    again = Settings(path)
    assert again.get("language", "en") == "ko"
    assert again.get("servers", []) == [{"url": "ws://server:8765/"}]
    again.set("language", None)
    assert Settings(path).get("language", "en") == "en"


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
def test_only_the_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        Settings(path).set("token", "secret")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    Settings(path).set("token", "other")
    assert path.stat().st_mode & 0o777 == 0o600, "a file that was opened to others is closed again"


@pytest.mark.parametrize(
    "data", [b"{", b"[1]", b"\xff\xfe", b"null", b"[" * 100_000, b"x" * 2_000_000]
)
def test_a_file_that_cannot_be_read_is_put_aside(data: bytes, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    settings = Settings(path)
    assert settings.get("language", "en") == "en"
    assert settings.put_aside is not None
    assert settings.put_aside.read_bytes() == data
    settings.set("language", "ko")
    assert json.loads(path.read_text("utf-8")) == {"language": "ko"}


def test_files_that_were_put_aside_do_not_fill_the_disk(path: Path) -> None:
    path.parent.mkdir()
    for n in range(9):
        path.write_bytes(b"broken %d" % n)
        Settings(path)
    kept = sorted(p.name for p in path.parent.iterdir())
    assert kept == ["viewer.json.unreadable", *(f"viewer.json.unreadable-{n}" for n in range(2, 6))]
    assert (path.parent / "viewer.json.unreadable-5").read_bytes() == b"broken 8"


@pytest.mark.parametrize(
    ("stored", "fallback", "result"),
    [
        ("ko", "en", "ko"),
        (3, "en", "en"),
        (None, "en", "en"),
        (1, True, True),
        (True, 1, 1),
        (2, 1.5, 2.0),
        ("2", 1.5, 1.5),
        ({"a": 1}, [], []),
    ],
)
def test_a_value_of_a_wrong_type_counts_as_missing(
    stored: object, fallback: Any, result: object, path: Path
) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"name": stored}))
    value = Settings(path).get("name", fallback)
    assert (value, type(value)) == (result, type(result))


def test_two_windows_keep_each_others_values(path: Path) -> None:
    one, two = Settings(path), Settings(path)
    one.set("sound", True)
    two.set("language", "ko")
    assert json.loads(path.read_text("utf-8")) == {"sound": True, "language": "ko"}


def test_a_folder_that_cannot_be_written_is_said_and_no_crash(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    settings = Settings(blocked / "viewer.json")
    settings.set("language", "ko")
    settings.set("sound", True)
    assert settings.get("language", "en") == "ko", "for as long as the viewer runs"
    assert settings.get("sound", False) is True


def test_listeners_hear_changes_only(path: Path) -> None:
    heard: list[object] = []
    settings = Settings(path)
    settings.changed("language", lambda: heard.append(settings.get("language", "")))
    settings.set("language", "ko")
    settings.set("language", "ko")
    settings.set("sound", True)
    settings.set("language", "en")
    assert heard == ["ko", "en"]
