"""The archive of 'camstrm support', with secrets planted wherever one may be."""

from __future__ import annotations

import asyncio
import base64
import errno
import io
import json
import os
import stat
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.control.token_store import add_token
from camstrm.cli.main import main
from camstrm.cli.support import collect as collect_module
from camstrm.cli.support import log_tail
from camstrm.cli.support.archive import archive_path, write_archive
from camstrm.cli.support.bridge_answers import bridge_answers
from camstrm.cli.support.collect import SupportFile
from camstrm.config import BridgeSettings
from camstrm.errors import UsageError
from tests.fakes.bridge.running_bridge import TOKEN, connected_viewer, running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber

WATCH, CONTROL, GIVEN = "watch-token-0123456789", "control-token-0123456789", "given-token-012345"
KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"

PLANTED = {
    "token file": WATCH,
    "control token": CONTROL,
    "CAMSTRM_TOKEN": GIVEN,
    "cookie of a token": cookie_of(WATCH),
    "token in base64": base64.b64encode(WATCH.encode()).decode().rstrip("="),
    "variable": "variable-secret",
    "password in a proxy's URL": "proxy-secret",
    "comment of the configuration": "comment-secret",
    "licence of a producer": "licence-secret",
    "password of a camera": "feature-secret",
    "key of the certificate": KEY,
    "password in a log": "log-secret",
    "name of a token": "Anna Kowalska",
    "host": "cam17.factory.example",
    "address": "192.168.77.13",
    "user": "jdoe4711",
}


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the command line; everything in PLANTED is where such a thing may be."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "token").write_text(WATCH + "\n")
    (state / "control-token").write_text(CONTROL + "\n")
    add_token(state, "Anna Kowalska", "control")
    key = tmp_path / "key.pem"
    key.write_text(f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----\n")
    config = tmp_path / "camstrm.toml"
    config.write_text(f"""\
# the old password was comment-secret
[bridge]
port = 1
token_file = "{state}/token"
tls_cert = "{key}"
tls_key = "{key}"
allowed_hosts = ["cam17.factory.example"]
[[producer]]
cti = "{tmp_path}/none.cti"
[producer.env]
VENDOR_LICENCE = "licence-secret"
[[camera]]
serial = "DA1"
name = "left"
[camera.features]
UserPassword = "feature-secret"
ExposureTime = 1500.0
""")
    log = tmp_path / "camstrm.log"
    log.write_text(f"""\
GET /?token={WATCH} {quote(CONTROL)} from 192.168.77.13
Authorization: Basic {base64.b64encode(WATCH.encode()).decode()}
{{"message": "camera left: no frame", "password": "log-secret", "cookie": "{cookie_of(WATCH)}"}}
-----BEGIN PRIVATE KEY-----
{KEY}
INFO Anna Kowalska (control, 192.168.77.13, viewer 1): set of left
wss://cam17.factory.example:8765 {GIVEN} /home/jdoe4711/camstrm.toml
{KEY} variable-secret proxy-secret licence-secret feature-secret
""")
    for name, value in {
        "CAMSTRM_TOKEN": GIVEN,
        "DATABASE_PASSWORD": "variable-secret",
        "HTTPS_PROXY": "http://user:proxy-secret@proxy.factory.example:3128",
        "GENICAM_NOTE": f"{WATCH} at 192.168.77.13",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("shutil.which", lambda _: None)
    return ["support", "--config", str(config), "--log", str(log), "--output", str(tmp_path)]


def unpacked(folder: Path) -> dict[str, str]:
    (path,) = folder.glob("camstrm-support-*.tar.gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = {}
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            assert (member.uname, member.gname, member.uid) == ("", "", 0)
            found[Path(member.name).name] = file.read().decode()
    return found


def test_no_secret_and_nothing_private_is_in_the_archive(
    planted: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*planted, "--yes"]) == 0
    files = unpacked(tmp_path)
    for what, secret in PLANTED.items():
        for name, text in files.items():
            assert secret.lower() not in text.lower(), f"{what} in {name}"
    said = capsys.readouterr().out
    assert all(name in said for name in files), "each file is listed"
    # What it is for is there.
    assert "camera left: no frame" in files["log-camstrm.log"]
    assert json.loads(files["versions.json"])["python"].startswith("3.")
    settings = json.loads(files["configuration.json"])
    assert settings["camera"] == [
        {
            "serial": "DA1",
            "name": "left",
            "features": {"UserPassword": "[secret]", "ExposureTime": 1500.0},
        }
    ]
    subjects = [finding["subject"] for finding in json.loads(files["doctor.json"])["findings"]]
    assert "Python" in subjects
    assert "none.cti" in " ".join(subjects)
    assert "No bridge answers on port 1" in files["status.txt"]
    assert "--log FILE" in files["journal.txt"]


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect_module, "_doctor", lambda _: {"findings": []})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_it_is_written_only_if_the_person_says_so(
    planted: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(planted) == code
    assert len(list(tmp_path.glob("*.tar.gz"))) == (code == 0)
    out = capsys.readouterr().out
    assert out.index("configuration.json") < out.index("Write ")
    assert ("Nothing was written." in out) == (code == 1)


def test_without_a_terminal_it_must_be_said_before(
    planted: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert main(planted) == 2
    assert "add --yes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda f: ["--log", str(f / "no.log")], "no.log: cannot be read (No such file"),
        (lambda f: ["--output", str(f / "camstrm.log")], "is there already"),
        (lambda f: ["--output", str(f / "no" / "x.tar.gz")], "cannot be written (No such file"),
        (lambda f: ["--output", str(f / ("x" * 300) / "a")], "cannot be written (File name too"),
        (lambda f: ["--output", "~nobody-of-this-name/x"], "--output ~nobody-of-this-name/x: "),
        (lambda f: ["--log", "/dev/zero"], "/dev/zero: wanted a file"),
        (lambda f: ["--config", str(f / ("x" * 300) / "a")], "cannot be read (File name too long"),
        (lambda f: ["--config", str(f / "no.toml")], "no.toml"),
    ],
)
def test_a_mistake_is_one_sentence(
    planted: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], list[str]],
    text: str,
) -> None:
    quick(monkeypatch)
    assert main([*planted, *change(tmp_path), "--yes"]) == 2
    assert text in capsys.readouterr().err
    assert not list(tmp_path.glob("*.tar.gz"))


def test_a_configuration_that_is_wrong_is_part_of_the_report(
    planted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    (tmp_path / "camstrm.toml").write_text("[stream]\nfps = 1000\n")
    assert main([*planted, "--yes"]) == 0
    assert "camstrm.toml:2: stream.fps" in unpacked(tmp_path)["configuration.json"]


def test_a_secret_that_is_left_after_all_takes_its_file_with_it(
    planted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    monkeypatch.setattr("camstrm.cli.support.scrub.Scrubber.text", lambda _, text: text)
    assert main([*planted, "--yes"]) == 0
    files = unpacked(tmp_path)
    assert files["log-camstrm.log"] == "left out: a known secret was still in it\n"
    assert WATCH not in "".join(files.values())


def test_the_last_lines_of_a_large_log(tmp_path: Path) -> None:
    path = tmp_path / "large.log"
    path.write_bytes(b"".join(b"line %d\n" % n for n in range(200_000)) + b"\xff\n")
    lines = log_tail.file_tail(path).splitlines()
    assert len(lines) == log_tail.LINES
    assert lines[-2:] == ["line 199999", "\\xff"]


async def test_a_running_bridge_is_asked_with_its_own_token(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        FakeGrabber(bridge.socket_path, ("left",)),
        connected_viewer(f"{bridge.url}?token={TOKEN}"),
    ):
        settings = BridgeSettings(
            host="127.0.0.1", port=bridge.addresses.port, token_file=str(tmp_path / "token")
        )

        def ask(token: str | None = None) -> dict[str, str]:
            return {name: text for name, _, text in bridge_answers(settings, os.environ, token)}

        found = await asyncio.to_thread(ask)
        refused = await asyncio.to_thread(ask, "wrong")
    assert json.loads(found["healthz.json"])["status"] == "ok"
    assert [camera["name"] for camera in json.loads(found["status.json"])["cameras"]] == ["left"]
    assert "camstrm_input_up 1.0" in found["metrics.txt"]
    assert "run it as the user of the bridge" in refused["status.json"]


def test_logs_of_one_name_are_both_there_and_names_say_nothing_private(
    planted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "of-cam17.factory.example_bridge.log"
        path.write_text(f"of {folder}\n")
        planted += ["--log", str(path)]
    assert main([*planted, "--yes"]) == 0
    logs = {name: text for name, text in unpacked(tmp_path).items() if name.startswith("log-")}
    assert sorted(logs.values())[1:] == ["of a\n", "of b\n"]
    assert not any("cam17" in name for name in logs)


def test_where_nothing_may_be_written_nobody_waits_for_what_is_collected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match=r"cannot be written \(Permission denied"):
        archive_path(str(tmp_path / "x.tar.gz"))


def test_half_an_archive_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", fail)
    path = tmp_path / "x.tar.gz"
    with pytest.raises(UsageError, match=r"cannot be written \(No space left"):
        write_archive(path, [SupportFile("a", "b", "c")])
    assert not path.exists()


def test_the_archive_never_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is there already"):
        archive_path(str(tmp_path / "x.tar.gz"))
