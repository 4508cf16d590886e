from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from camstrm.cli.checks import places
from camstrm.cli.checks.finding import Finding, Level
from camstrm.config import BridgeSettings, Config, SocketSettings

TOKEN = "abcdefghijklmnopqrstuvwxyz"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def check(
    tmp_path: Path, port: int = 0, path: str = "", auth: bool = True, **environ: str
) -> dict[str, Finding]:
    config = Config(
        socket=SocketSettings(path=path or str(tmp_path / "run" / "camstrm.sock")),
        bridge=BridgeSettings(host="127.0.0.1", port=port or free_port(), auth=auth),
    )
    variables = {"CAMSTRM_TOKEN_FILE": str(tmp_path / "token"), **environ}
    found = places.place_findings(config, variables)
    return {finding.subject.split()[0]: finding for finding in found}


def test_all_is_well(tmp_path: Path) -> None:
    found = check(tmp_path)
    assert list(found) == ["temporary", "access", "UNIX", "port"]
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert not (tmp_path / "token").exists(), "the doctor makes nothing"
    assert "access" not in check(tmp_path, auth=False)


def test_no_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = check(tmp_path, HARVESTERS_XML_FILE_DIR=str(tmp_path / "no"))["temporary"]
    assert finding.level is Level.FAIL
    assert finding.remedy.startswith("export HARVESTERS_XML_FILE_DIR=")

    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    finding = check(tmp_path)["temporary"]
    assert (finding.level, finding.remedy[:14]) == (Level.FAIL, "export TMPDIR=")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    assert check(tmp_path)["temporary"].level is Level.WARN


@pytest.mark.parametrize(
    ("text", "mode", "level"),
    [(TOKEN, 0o600, Level.OK), (TOKEN, 0o644, Level.WARN), ("short", 0o600, Level.FAIL)],
)
def test_a_token_that_is_there(tmp_path: Path, text: str, mode: int, level: Level) -> None:
    (tmp_path / "token").write_text(text)
    (tmp_path / "token").chmod(mode)
    finding = check(tmp_path)["access"]
    assert finding.level is level
    assert TOKEN not in finding.text
    assert ("chmod 600" in finding.remedy) == (level is Level.WARN)


def test_a_place_where_this_user_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = check(tmp_path)
    assert [found[name].level for name in ("temporary", "access", "UNIX")] == [Level.FAIL] * 3


def test_sockets_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "not a socket" in check(tmp_path, path=str(tmp_path / "file"))["UNIX"].text
    finding = check(tmp_path, path=str(tmp_path / "a/b/c.sock"))["UNIX"]
    assert (finding.level, finding.remedy) == (Level.FAIL, f"mkdir -p {tmp_path}/a")


def test_a_folder_that_may_not_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    found = check(tmp_path, path="/root/a/s.sock")
    for name in ("access", "UNIX"):
        assert found[name].level is Level.FAIL
        assert "cannot be examined (Permission denied)" in found[name].text


@pytest.mark.parametrize(
    ("holder", "level"),
    [("python (pid 7)", Level.WARN), ("", Level.WARN), ("camstrm (pid 7)", Level.OK)],
)
def test_a_port_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: str, level: Level
) -> None:
    monkeypatch.setattr(places, "port_holder", lambda _: holder)
    with socket.create_server(("127.0.0.1", 0)) as server:
        finding = check(tmp_path, port=server.getsockname()[1])["port"]
    assert finding.level is level
    assert (holder or "another user") in finding.text
