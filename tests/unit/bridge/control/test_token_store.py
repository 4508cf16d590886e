from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from camstrm.bridge.control import token_store
from camstrm.bridge.control.secret import cookie_of, fingerprint_of_cookie
from camstrm.bridge.control.token_store import (
    TOKENS_FILE,
    add_token,
    check_name,
    read_tokens,
    revoke_token,
)
from camstrm.errors import ConfigError, UsageError

NOW = datetime(2026, 11, 27, 12, 0, 0, 7, tzinfo=timezone.utc)


def test_a_token_is_kept_as_name_role_times_and_fingerprint_only(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    secret, token = add_token(folder, "Anna", "control", lifetime=timedelta(days=30), now=NOW)
    text = (folder / TOKENS_FILE).read_text()
    assert secret not in text
    assert cookie_of(secret) not in text, "it would let the reader of the file in"
    assert json.loads(text) == {
        "tokens": [
            {
                "name": "Anna",
                "role": "control",
                "fingerprint": fingerprint_of_cookie(cookie_of(secret)),
                "created": "2026-11-27T12:00:00Z",
                "expires": "2026-12-27T12:00:00Z",
            }
        ]
    }
    assert read_tokens(folder) == (token,)


def test_only_the_user_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    before = os.umask(0)
    try:
        add_token(folder, "a", "view")
        revoke_token(folder, "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_without_a_file_there_are_no_tokens(tmp_path: Path) -> None:
    assert read_tokens(tmp_path) == ()
    assert read_tokens(tmp_path / "nothing") == ()


def test_one_of_several_is_revoked(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        add_token(tmp_path, name, "view")
    assert revoke_token(tmp_path, "b").name == "b"
    assert [token.name for token in read_tokens(tmp_path)] == ["a", "c"]
    with pytest.raises(UsageError, match=r"there is no token 'b'. Tokens: 'a', 'c'"):
        revoke_token(tmp_path, "b")


@pytest.mark.parametrize("name", ["Anna", "Line 3 / left", "왼쪽", "x" * 64, "é"])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 65,
        " a",
        "a ",
        "a\nb",
        "a\x1b[31m",
        "a\u202eb",
        "a\u2028b",
        "\udcff",
        "a\0",
        "\x85",
    ],
)
def test_names_that_could_deceive_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="1 to 64 printable characters") as caught:
        add_token(tmp_path, name, "view")
    assert str(caught.value).isprintable()
    assert not (tmp_path / TOKENS_FILE).exists()


@pytest.mark.parametrize("name", ["view", "Control", "ADMIN"])
def test_names_of_roles_are_those_of_the_bridge_s_own_tokens(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is the name of a role"):
        add_token(tmp_path, name, "view")


def test_two_tokens_never_have_the_same_name(tmp_path: Path) -> None:
    add_token(tmp_path, "Ann\u00e9", "view")
    for name in ("Ann\u00e9", "ann\u00e9", "Anne\u0301"):
        with pytest.raises(UsageError, match="there is a token"):
            add_token(tmp_path, name, "admin")
    assert len(read_tokens(tmp_path)) == 1


def test_there_is_a_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_store, "MAX_TOKENS", 2)
    add_token(tmp_path, "a", "view")
    add_token(tmp_path, "b", "view")
    with pytest.raises(UsageError, match="2 tokens already"):
        add_token(tmp_path, "c", "view")


TOKEN = (
    '{"tokens": [{"name": "a", "role": "%s", "fingerprint": "%s", '
    '"created": "2026-01-01T00:00:00Z", "expires": "%s"}]}'
)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"tokens": [{"name": "a"}]}',
        '{"tokens": [], "more": 1}',
        TOKEN % ("root", "0" * 64, "2026-01-01T00:00:00Z"),
        TOKEN % ("view", "0" * 63, "2026-01-01T00:00:00Z"),
        TOKEN % ("view", "0" * 64, "2026-01-01T00:00:00"),
        TOKEN % ("view", "0" * 64, "tomorrow"),
        "[" * 100_000,
        " " * (1024 * 1024 + 1),
    ],
)
def test_a_file_that_is_none_of_ours(tmp_path: Path, content: str) -> None:
    path = tmp_path / TOKENS_FILE
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="not a file of 'camstrm token'"):
        read_tokens(tmp_path)
    with pytest.raises(ConfigError):
        add_token(tmp_path, "a", "view")
    assert path.read_text() == content, "what cannot be read is not written over"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    add_token(tmp_path, "a", "view")
    (tmp_path / TOKENS_FILE).chmod(mode)
    with pytest.raises(ConfigError, match=r"other users can write it.*chmod 600"):
        read_tokens(tmp_path)


def test_a_link_and_a_pipe_are_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    add_token(elsewhere, "a", "admin")
    (tmp_path / TOKENS_FILE).symlink_to(elsewhere / TOKENS_FILE)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_tokens(tmp_path)
    (tmp_path / TOKENS_FILE).unlink()
    os.mkfifo(tmp_path / TOKENS_FILE)
    with pytest.raises(ConfigError, match="wanted a regular file"):
        read_tokens(tmp_path)


def test_what_a_killed_command_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f".{TOKENS_FILE}.new").write_text("half of a fi")
    add_token(tmp_path, "a", "view")
    assert len(read_tokens(tmp_path)) == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="tokens cannot be kept there"):
        add_token(tmp_path / "file" / "state", "a", "view")


ADD_MANY = """
import sys
from pathlib import Path
from camstrm.bridge.control.token_store import add_token, revoke_token
folder, first = Path(sys.argv[1]), int(sys.argv[2])
for number in range(first, first + 20):
    add_token(folder, f"token {number}", "view")
    if number % 2:
        revoke_token(folder, f"token {number}")
"""


def test_two_writers_at_once_lose_nothing_and_readers_see_whole_files(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD_MANY, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n * 100)]) for n in (1, 2, 3)]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        read_tokens(tmp_path)  # raises for half a file
        reads += 1
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    names = {token.name for token in read_tokens(tmp_path)}
    assert names == {f"token {n * 100 + i}" for n in (1, 2, 3) for i in range(0, 20, 2)}
    assert reads


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_s_command_writes_for_the_bridge_s_user(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 8765, 8765)
    add_token(folder, "a", "view")
    for path in folder.iterdir():
        assert (path.stat().st_uid, path.stat().st_gid) == (8765, 8765), path
