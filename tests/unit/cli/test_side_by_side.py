from __future__ import annotations

import io
import threading

import pytest

from camstrm.cli import side_by_side
from camstrm.cli.progress import Progress
from camstrm.cli.side_by_side import in_order
from tests.unit.cli.test_progress import Terminal

LONG_S = 60.0


class Producers:
    """Producers that answer when they are let."""

    def __init__(self, count: int) -> None:
        self.ctis = [f"/opt/{index}.cti" for index in range(count)]
        self.may = [threading.Event() for _ in range(count)]

    def ask(self, index: int, stop: threading.Event) -> str:
        while not self.may[index].wait(0.01):
            if stop.is_set():
                return "stopped"
        return f"answer {index}"


def quiet() -> Progress:
    return Progress(io.StringIO())


def test_answers_come_in_the_order_of_the_producers() -> None:
    producers = Producers(3)
    for index in (2, 1):
        producers.may[index].set()
    answers = in_order(producers.ctis, producers.ask, quiet(), LONG_S, overtake_s=LONG_S)
    threading.Timer(0.3, producers.may[0].set).start()
    assert list(answers) == [(0, "answer 0"), (1, "answer 1"), (2, "answer 2")]


def test_a_slow_producer_holds_nobody_up() -> None:
    producers = Producers(3)
    producers.may[0].set()
    producers.may[2].set()
    answers = in_order(producers.ctis, producers.ask, quiet(), LONG_S, overtake_s=0.1)
    assert [next(answers), next(answers)] == [(0, "answer 0"), (2, "answer 2")]
    producers.may[1].set()
    assert list(answers) == [(1, "answer 1")]


def test_whom_it_waits_for_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_SHOW_AFTER_S", 0.0)
    terminal = Terminal()
    producers = Producers(2)
    producers.may[0].set()
    seen = threading.Event()

    class Watched(Progress):
        def show(self, text: str) -> None:
            super().show(text)
            if terminal.line.startswith("waiting for 1.cti ("):
                seen.set()
                producers.may[1].set()

    assert len(list(in_order(producers.ctis, producers.ask, Watched(terminal), 30.0))) == 2
    assert seen.is_set()
    assert terminal.line == ""


def test_a_caller_that_has_enough_ends_the_others() -> None:
    producers = Producers(2)
    producers.may[0].set()
    answers = in_order(producers.ctis, producers.ask, quiet(), LONG_S)
    assert next(answers) == (0, "answer 0")
    del answers
    # No thread is left: the test's check for leaks sees that.


def test_an_error_is_raised_here() -> None:
    def fail(_index: int, _stop: threading.Event) -> str:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        list(in_order(["a"], fail, quiet(), LONG_S))


def test_no_producer() -> None:
    assert list(in_order([], lambda _index, _stop: 1, quiet(), LONG_S)) == []
