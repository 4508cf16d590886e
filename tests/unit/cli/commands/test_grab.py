from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

from camstrm.cli.commands import grabber as grabber_module
from camstrm.cli.main import main
from camstrm.config import Config
from camstrm.config.changes import Reloaded
from camstrm.grab.processes import spare_process as spare_module
from camstrm.grab.processes.spare_process import SpareProcesses
from tests.fakes.gentl.producers import simulator


class FakeGrabber:
    """Stands in for the Grabber: remembers what it was given, and stops at once."""

    made: ClassVar[list[FakeGrabber]] = []

    def __init__(
        self,
        config: Config,
        _profiles: Any,
        path: str,
        *,
        log_level: str,
        standby: bool,
        spares: SpareProcesses,
        config_file: str,
        alive: Any,
    ) -> None:
        self.alive = alive
        self.config_file = config_file
        self.config, self.path, self.log_level = config, path, log_level
        self.spares = spares
        self.standby = standby
        self.stopped = False
        self.made.append(self)

    async def run(self) -> None:
        signal.raise_signal(signal.SIGTERM)
        assert self.stopped

    def stop(self) -> None:
        self.stopped = True

    async def reload(self, config: Config) -> Reloaded:
        raise AssertionError("nobody wished it")


class FakeSpare:
    """Stands in for a spare process: remembers the environment of each."""

    started: ClassVar[list[str | None]] = []
    """What the variable MAKER is for each."""

    stopped: ClassVar[list[str | None]] = []

    def __init__(self, environment: dict[str, str]) -> None:
        self.maker = environment.get("MAKER")
        self.started.append(self.maker)

    def stop(self) -> None:
        self.stopped.append(self.maker)


@pytest.fixture(autouse=True)
def grabbers(monkeypatch: pytest.MonkeyPatch) -> list[FakeGrabber]:
    monkeypatch.setattr("camstrm.grab.app.Grabber", FakeGrabber)
    monkeypatch.setattr(spare_module, "SpareProcess", FakeSpare)
    monkeypatch.setattr(grabber_module, "set_up_logging", lambda *_: None)
    FakeGrabber.made = []
    FakeSpare.started = []
    FakeSpare.stopped = []
    return FakeGrabber.made


def test_it_grabs_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    path = str(tmp_path / "c.sock")
    words = ["grab", "--cti", simulator(), "--serial", "1", "--socket", path]
    assert main([*words, "--log-level", "debug"]) == 0
    (grabber,) = FakeGrabber.made
    assert (grabber.path, grabber.log_level) == (path, "DEBUG")
    assert [c.serial for c in grabber.config.cameras] == ["1"]
    assert not grabber.standby
    assert main([*words, "--standby"]) == 0
    assert FakeGrabber.made[1].standby


def test_camera_processes_are_prepared_while_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for each environment; none for another interpreter or for a single process."""
    tables = [
        f'[[producer]]\ncti = "{simulator()}"\n',
        '[[producer]]\ncti = "/no/other.cti"\n',
        '[[producer]]\ncti = "/no/third.cti"\nenv = { MAKER = "x" }\n',
        f'[[producer]]\ncti = "/no/fourth.cti"\npython = "{sys.executable}"\nenv = {{ A = "1" }}\n',
    ]
    config = tmp_path / "c.toml"
    config.write_text("".join(tables))
    words = ["grab", "--config", str(config), "--socket", str(tmp_path / "s")]
    assert main(words) == 0
    assert FakeSpare.started == FakeSpare.stopped == [None, "x"]
    config.write_text("[process]\nsingle_process = true\n" + "".join(tables))
    FakeSpare.started, FakeSpare.stopped = [], []
    grabbing: list[list[str | None]] = []

    async def run(_: FakeGrabber) -> None:
        grabbing.append(list(FakeSpare.stopped))

    monkeypatch.setattr(FakeGrabber, "run", run)
    assert main(words) == 0
    assert FakeSpare.started == [None]
    assert grabbing == [[None]], "it has ended before there is anything to grab"


def test_a_producer_that_cannot_be_used_is_told_and_the_others_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--cti", "/no/such.cti", "--cti", simulator(), "--socket", str(tmp_path / "s")]
    assert main(["grab", *words]) == 0
    assert capsys.readouterr().err == (
        "camstrm: GenTL producer /no/such.cti: file not found. Give the path of the maker's "
        ".cti; 'camstrm doctor' lists those it finds (going on without it)\n"
    )


def test_without_any_producer_that_works_it_does_not_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.cti"
    bad.write_text("x")
    words = ["--cti", "/no/such.cti", "--cti", str(bad), "--socket", str(tmp_path / "s")]
    assert main(["grab", *words]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert "/no/such.cti: file not found" in first
    assert "bad.cti: not a shared library" in second
    assert FakeGrabber.made == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--fps", "0"], "command line: stream.fps"),
        (["--config", "/no/such.toml"], "/no/such.toml"),
        (["--socket", "/" + "x" * 200], "a UNIX socket allows"),
    ],
)
def test_a_command_line_that_cannot_be(
    capsys: pytest.CaptureFixture[str], words: list[str], text: str
) -> None:
    code = main(["grab", "--cti", simulator(), *words])
    assert code == (1 if "--socket" in words else 2)
    captured = capsys.readouterr().err
    assert text in captured
    assert captured.count("\n") == 1
    assert FakeGrabber.made == []
