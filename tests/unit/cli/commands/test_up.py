from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from camstrm.cli.commands import up
from camstrm.cli.parser import build_parser
from camstrm.errors import ConfigError


class Recorder:
    """Stands in for ChildCommands."""

    added: ClassVar[list[tuple[str, list[str]]]] = []

    def __init__(self, may_reload: Callable[[], bool]) -> None:
        self.may_reload = may_reload

    def reload(self) -> None:
        raise AssertionError("nobody asked to reload")

    def add(self, name: str, arguments: list[str]) -> None:
        self.added.append((name, arguments))

    def stop(self) -> None:
        raise AssertionError("nobody asked to stop")

    def run(self) -> int:
        return 7


@pytest.fixture(autouse=True)
def recorder(monkeypatch: pytest.MonkeyPatch) -> None:
    Recorder.added = []
    monkeypatch.setattr(up, "ChildCommands", Recorder)


def test_bridge_then_grabber_with_the_options_of_each(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    words = ["--host", "::1", "--port", "8001", "--no-auth", "--access-log", "--log-level", "debug"]
    assert up.run(build_parser().parse_args(["up", str(file), *words])) == 7
    common = ["--config", str(file), "--log-level", "debug"]
    assert Recorder.added == [
        (
            "bridge",
            ["bridge", *common, "--host", "::1", "--port", "8001", "--no-auth", "--access-log"],
        ),
        ("grabber", ["grab", *common]),
    ]
    for _, arguments in Recorder.added:
        build_parser().parse_args(arguments)


def test_its_own_lines_follow_a_reload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forms: list[tuple[str, str]] = []
    monkeypatch.setattr(up, "set_up_logging", lambda *form: forms.append(form))
    asked: list[Callable[[], bool]] = []
    monkeypatch.setattr(Recorder, "__init__", lambda _, may_reload: asked.append(may_reload))
    file = tmp_path / "c.toml"
    file.write_text("")
    up.run(build_parser().parse_args(["up", str(file)]))
    (may_reload,) = asked
    file.write_text('[log]\nformat = "json"\n')
    assert may_reload()
    file.write_text('[log]\nformat = "xml"\n')
    assert not may_reload()
    assert forms[1:] == [("info", "text"), ("info", "json")]
    assert "not reloaded, nothing has changed" in capsys.readouterr().err


def test_a_mistake_in_the_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[stream]\nfps = 1000\n")
    with pytest.raises(ConfigError, match=r"c\.toml:2: stream\.fps"):
        up.run(build_parser().parse_args(["up", str(file)]))
    assert Recorder.added == []
