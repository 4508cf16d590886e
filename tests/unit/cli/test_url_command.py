from __future__ import annotations

import os
import pwd
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from camstrm.cli.url_command import url_command, where_tokens_are


@dataclass
class Place:
    config: str | None = None
    host: str | None = None
    port: int | None = None


@pytest.fixture(autouse=True)
def _program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "camstrm").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))


def test_the_command_has_what_the_bridge_was_started_with(tmp_path: Path) -> None:
    program = shlex.quote(str(tmp_path / "camstrm"))
    assert url_command(Place(), {"PATH": "/bin"}) == f"{program} url"
    environ = {"XDG_STATE_HOME": "/var/lib", "CAMSTRM_TOKEN_FILE": "/a b", "HOME": "/"}
    assert url_command(Place("/etc/camstrm/c.toml", "::", 9000), environ) == (
        f"env 'CAMSTRM_TOKEN_FILE=/a b' XDG_STATE_HOME=/var/lib {program} url "
        "--config /etc/camstrm/c.toml --host :: --port 9000"
    )


def test_a_file_is_named_from_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(url_command(Place("c.toml"), {}))
    assert words[-2:] == ["--config", str(tmp_path / "c.toml")]


def test_the_user_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    name = pwd.getpwuid(os.geteuid()).pw_name
    assert f"As user {name} this prints the whole addresses:\n\n      x\n" in where_tokens_are("x")
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert "As user 4000000000 " in where_tokens_are("x")
