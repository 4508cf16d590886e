from __future__ import annotations

import io

import pytest

from camstrm.cli.progress import Progress


class Terminal(io.StringIO):
    """A terminal of one line: what stands on it."""

    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        shown: list[str] = []
        for part in self.getvalue().split("\r"):
            shown[: len(part)] = part
        return "".join(shown).rstrip()


def test_a_line_is_replaced_and_taken_away() -> None:
    terminal = Terminal()
    with Progress(terminal) as progress:
        progress.show("waiting for a long name")
        assert terminal.line == "waiting for a long name"
        progress.show("waiting")
        assert terminal.line == "waiting"
        progress.clear()
        assert terminal.line == ""
        progress.show("again")
    assert terminal.line == ""
    assert "\n" not in terminal.getvalue()


def test_a_line_is_never_longer_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    Progress(terminal).show("x" * 100)
    assert terminal.line == "x" * 19


def test_what_is_no_terminal_gets_nothing() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.show("waiting")
    assert stream.getvalue() == ""


def test_what_a_child_says_takes_the_line_s_place(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    progress.show("waiting")
    progress.print_text(b"free(): invalid pointer\n")
    assert terminal.line == ""
    assert capsys.readouterr().err == "free(): invalid pointer\n"
