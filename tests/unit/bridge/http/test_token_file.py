from __future__ import annotations

import logging
import os
import re
import stat
from pathlib import Path

import pytest

from camstrm.bridge.http.token_file import load_token, make_token, token_path
from camstrm.errors import ConfigError


def test_token_has_256_bits_and_may_stand_in_a_url() -> None:
    token = make_token()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert token != make_token()


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
