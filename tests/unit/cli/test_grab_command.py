from __future__ import annotations

import signal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from camstrm.cli import grab as grab_module
from camstrm.cli.main import main
from camstrm.config import Config
from tests.fakes.gentl import simulator


class FakeGrabber:
    """Stands in for the Grabber: remembers what it was given, and stops at once."""

    made: ClassVar[list[FakeGrabber]] = []

    def __init__(
        self, config: Config, _profiles: Any, path: str, *, log_level: str, standby: bool
    ) -> None:
        self.config, self.path, self.log_level = config, path, log_level
        self.standby = standby
        self.stopped = False
        self.made.append(self)

    def run(self) -> None:
        signal.raise_signal(signal.SIGTERM)
        assert self.stopped

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture(autouse=True)
def grabbers(monkeypatch: pytest.MonkeyPatch) -> list[FakeGrabber]:
    monkeypatch.setattr(grab_module, "Grabber", FakeGrabber)
    monkeypatch.setattr(grab_module, "set_up_logging", lambda _level: None)
    FakeGrabber.made = []
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
