from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from camstrm.bridge.http.token_file import (
    load_control_token,
    load_token,
    state_folder,
    token_path,
)
from camstrm.config import small_file
from camstrm.errors import ConfigError


def test_place(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    environ = {"HOME": "/home/u"}
    assert token_path("", environ) == Path("/home/u/.local/state/camstrm/token")
    environ["XDG_STATE_HOME"] = "/state"
    assert token_path("", environ) == Path("/state/camstrm/token")
    environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    assert token_path("", environ) == Path("/state/camstrm/token"), "no credential of that name"
    (credentials / "token").write_text("x")
    assert token_path("", environ) == credentials / "token"
    environ["CAMSTRM_TOKEN_FILE"] = "/env/token"
    assert token_path("", environ) == Path("/env/token")
    assert token_path("/setting/token", environ) == Path("/setting/token")


def test_first_start_makes_a_token_that_only_the_user_can_read(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path / "a" / "state")}
    before = os.umask(0)
    try:
        token = load_token("", environ)
    finally:
        os.umask(before)
    path = tmp_path / "a" / "state" / "camstrm" / "token"
    assert path.read_text().strip() == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["token"]


def test_second_start_finds_the_same_token(tmp_path: Path) -> None:
    name = str(tmp_path / "t" / "token")
    assert load_token(name, {}) == load_token(name, {})


@pytest.mark.parametrize(
    "content", [b"", b"short", b"two words of a token", b"\xff" * 32, b"x" * 257]
)
def test_file_without_a_token(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match="wanted a token: 16 to 256") as caught:
        load_token(str(tmp_path / "token"), {})
    assert str(tmp_path / "token") in str(caught.value)


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be (read|written)"):
        load_token(str(tmp_path / "file" / "sub" / "token"), {})


def test_place_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_token(str(tmp_path), {})


def test_what_is_no_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload reads it in a thread, which would hold up the next reload and the bridge's end."""
    monkeypatch.setattr(small_file, "PIPE_WAIT_S", 0.01)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"cannot be read \(a pipe that no program writes into"):
        load_token(str(tmp_path / "pipe"), {})
    (tmp_path / "control-token").symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="wanted a token"):
        load_control_token(tmp_path)
    with pytest.raises(ConfigError, match=r"cannot be read \(embedded null"):
        load_token("a\0b", {})


def test_token_that_everybody_can_read_is_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "token"
    path.write_text("t" * 32)
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert load_token(str(path), {}) == "t" * 32
    assert f"chmod 600 {path}" in caplog.text
    assert "t" * 32 not in caplog.text


def test_folder_of_what_control_keeps(tmp_path: Path) -> None:
    environ = {"HOME": "/home/u"}
    assert state_folder("", "", environ) == Path("/home/u/.local/state/camstrm")
    environ["XDG_STATE_HOME"] = "/state"
    assert state_folder("", "", environ) == Path("/state/camstrm")
    credentials = {**environ, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    (tmp_path / "token").write_text("x")
    assert state_folder("", "", credentials) == Path("/state/camstrm"), "those cannot be written"
    environ["CAMSTRM_TOKEN_FILE"] = "/env/token"
    assert state_folder("", "", environ) == Path("/env")
    assert state_folder("", "/setting/token", environ) == Path("/setting")
    environ["CAMSTRM_STATE_FOLDER"] = "/folder"
    assert state_folder("", "/setting/token", environ) == Path("/folder")
    assert state_folder("/own", "/setting/token", environ) == Path("/own")


def test_the_token_to_control_is_another_one_in_its_own_file(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "camstrm"
    token = load_control_token(folder)
    assert token == load_control_token(folder)
    assert token == (folder / "control-token").read_text().strip()
    assert stat.S_IMODE((folder / "control-token").stat().st_mode) == 0o600
    assert token != load_token(str(folder / "token"), {})


def test_without_a_place_for_the_token_to_control_there_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        assert load_control_token(tmp_path / "file" / "sub") is None
    assert "Set bridge.control.folder" in caplog.text


def test_a_wrong_file_of_the_token_to_control_is_refused(tmp_path: Path) -> None:
    (tmp_path / "control-token").write_text("short")
    with pytest.raises(ConfigError, match="wanted a token: 16 to 256"):
        load_control_token(tmp_path)
