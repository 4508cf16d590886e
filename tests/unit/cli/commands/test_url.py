from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from camstrm.cli.commands.url import run
from camstrm.cli.main import main
from camstrm.errors import ConfigError

TOKENS = {"token": "V" * 16, "control-token": "C" * 16}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CAMSTRM_TOKEN_FILE", "CAMSTRM_STATE_FOLDER", "CAMSTRM_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "camstrm"
    folder.mkdir()
    for name, token in TOKENS.items():
        (folder / name).write_text(token)
        (folder / name).chmod(0o600)
    return folder


def url(config: str | None = None, host: str | None = "h", port: int | None = 1) -> int:
    return run(SimpleNamespace(config=config, host=host, port=port))


def test_it_prints_what_the_bridge_prints_in_a_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert url() == 0
    assert capsys.readouterr().out == (
        f"\n  to watch    http://h:1/?token={'V' * 16}\n"
        f"  to control  http://h:1/?token={'C' * 16}\n\n"
    )
    (folder / "control-token").unlink()
    url()
    assert "to control" not in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["token"], "nothing is made"


def test_the_configuration_says_where(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        '[bridge]\nhost = "cams"\nport = 9000\nauth = false\n'
        "[bridge.control]\nshared_token = true\n"
    )
    assert url(str(config), None, None) == 0
    out = capsys.readouterr().out
    assert "to watch    http://cams:9000/\n" in out
    assert f"to control  http://cams:9000/?token={'C' * 16}" in out
    monkeypatch.setenv("CAMSTRM_PUBLIC_URL", "https://view.example")
    url(str(config), None, None)
    assert "to watch    https://view.example/\n" in capsys.readouterr().out


def test_without_a_token_it_says_who_makes_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "token").unlink()
    assert main(["url"]) == 2
    said = capsys.readouterr().err
    assert f"{folder / 'token'}: there is no token yet. The bridge makes it at its first" in said
    assert "use its user, its environment and its --config" in said


def test_a_token_of_another_user_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("camstrm.bridge.http.token_file.read_small_file", refused)
    with pytest.raises(ConfigError) as caught:
        url()
    assert "cannot be read (Permission denied). Use the bridge's user, or root" in str(caught.value)
