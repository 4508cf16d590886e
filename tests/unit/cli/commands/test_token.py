from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from camstrm.bridge.control.secret import cookie_of, fingerprint_of_cookie
from camstrm.bridge.control.token_store import add_share, read_tokens
from camstrm.cli.commands import token
from camstrm.cli.commands.token import lifetime_of
from camstrm.cli.parser import build_parser
from camstrm.errors import ConfigError, UsageError


def run(*words: str) -> int:
    return token.run(build_parser().parse_args(["token", *words]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CAMSTRM_TOKEN_FILE", "CAMSTRM_STATE_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "camstrm"


def test_a_token_is_alone_on_standard_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "anna", "--role", "control", "--expires", "30d") == 0
    out, said = capsys.readouterr()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", out)
    (kept,) = read_tokens(folder)
    assert kept.fingerprint == fingerprint_of_cookie(cookie_of(out.strip()))
    assert kept.expires == kept.created + timedelta(days=30)
    assert "The token of anna, with role control, which is shown only now" in said
    assert f"valid until {kept.expires:%Y-%m-%d %H:%M} UTC" in said
    assert f"No bridge has used {folder} yet" in said
    assert out.strip() not in said
    run("add", "bob", "--role", "view")
    out, said = capsys.readouterr()
    assert "valid until" not in said
    assert "No bridge" not in said


def test_the_list_shows_no_secret(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("list") == 0
    assert f"No named tokens in {folder / 'tokens.json'}" in capsys.readouterr().out
    run("add", "anna", "--role", "control", "--expires", "1m")
    run("add", "bob", "--role", "admin")
    capsys.readouterr()
    run("list")
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["NAME", "ROLE", "CREATED", "EXPIRES", "CAMERAS", "NOTE"]
    assert table[1].split()[:2] == ["anna", "control"]
    assert table[2].split()[-2:] == ["never", "all"]
    assert all(kept.fingerprint not in "".join(table) for kept in read_tokens(folder))


def test_the_list_shows_what_a_share_is_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lifetime = timedelta(hours=2)
    secret, _ = add_share(folder, ("left", "top"), lifetime, "for Lee", "kim")
    run("list")
    out = capsys.readouterr().out
    assert "left, top" in out
    assert "by kim: for Lee" in out
    assert secret not in out


def test_a_token_for_some_cameras(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cameras = ("--camera", "left", "--camera", "Se\u0301rie 2", "--camera", "left")
    assert run("add", "anna", "--role", "view", *cameras) == 0
    assert "with role view for left, S\u00e9rie 2 only" in capsys.readouterr().err
    (kept,) = read_tokens(folder)
    assert (kept.cameras, kept.is_share, kept.expires) == (("left", "S\u00e9rie 2"), False, None)
    run("list")
    assert "left, S\u00e9rie 2" in capsys.readouterr().out
    with pytest.raises(UsageError, match="for watching: --role view, not control"):
        run("add", "bob", "--role", "control", "--camera", "left")
    with pytest.raises(UsageError, match="got an empty text"):
        run("add", "bob", "--role", "view", "--camera", "")
    assert len(read_tokens(folder)) == 1


def test_a_revoked_token_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("add", "anna", "--role", "control")
    assert run("revoke", "anna") == 0
    assert "is disconnected within seconds" in capsys.readouterr().out
    assert read_tokens(folder) == ()
    with pytest.raises(UsageError, match=r"there is no token 'anna'. Tokens: none"):
        run("revoke", "anna")


def test_the_folder_is_that_of_the_bridge_with_this_configuration(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("[bridge.control]\nfolder = 'here'\n")
    run("add", "anna", "--role", "view", "--config", str(config))
    assert len(read_tokens(tmp_path / "here")) == 1
    config.write_text("[bridge]\ntoken_file = 'there/token'\n")
    run("add", "anna", "--role", "view", "--config", str(config))
    assert len(read_tokens(tmp_path / "there")) == 1
    config.write_text("[bridge.control]\nfolders = 'x'\n")
    with pytest.raises(ConfigError, match=r"c\.toml:2: bridge\.control\.folders: unknown key"):
        run("list", "--config", str(config))


@pytest.mark.parametrize(
    ("text", "seconds"), [("90m", 5400), ("12h", 43_200), ("30d", 2_592_000), ("8w", 4_838_400)]
)
def test_times(text: str, seconds: int) -> None:
    assert lifetime_of(text) == timedelta(seconds=seconds)
    assert lifetime_of(None) is None


@pytest.mark.parametrize("text", ["", "0d", "30", "d", "1y", "3651d", "1.5d", "\u0661d"])
def test_times_that_are_none(text: str, folder: Path) -> None:
    with pytest.raises(UsageError, match="wanted a time as 90m"):
        run("add", "anna", "--role", "view", "--expires", text)
    assert not folder.exists()
