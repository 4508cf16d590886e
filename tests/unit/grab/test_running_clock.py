from __future__ import annotations

from typing import Any

import pytest

from camstrm.grab.running_clock import RunningClock
from tests.fakes.manual_loop import ManualLoop


@pytest.fixture
def loop() -> ManualLoop:
    return ManualLoop()


@pytest.fixture
def running(loop: ManualLoop) -> RunningClock:
    any_loop: Any = loop
    return RunningClock(any_loop)


def pause(loop: ManualLoop, duration_s: float) -> None:
    """The process was stopped for so long: what is due meanwhile comes after it."""
    loop.clock.advance(duration_s)


def test_it_counts_the_time_while_the_loop_runs(loop: ManualLoop, running: RunningClock) -> None:
    times = [running()]
    for _ in range(100):
        loop.advance(0.1)
        times.append(running())
    assert times == pytest.approx([0.1 * turn for turn in range(101)])


@pytest.mark.parametrize("stopped_s", [1.0, 30.0, 24 * 3600.0])
@pytest.mark.parametrize("at_s", [0.0, 0.1, 0.24])
def test_a_pause_counts_as_a_beat_at_most(
    loop: ManualLoop, running: RunningClock, stopped_s: float, at_s: float
) -> None:
    loop.advance(at_s)
    before = running()
    pause(loop, stopped_s)
    # Whoever asks first after it, another timer or the clock's own.
    assert before <= running() <= before + 0.25
    loop.advance(0)
    assert before <= running() <= before + 0.25
    after = running()
    loop.advance(10.0)
    assert running() == pytest.approx(after + 10.0)


def test_many_pauses_count_as_many_beats(loop: ManualLoop, running: RunningClock) -> None:
    for _ in range(4):
        pause(loop, 3600.0)
        loop.advance(0)
    assert running() == pytest.approx(1.0)


def test_turns_that_come_late_count_whole(loop: ManualLoop, running: RunningClock) -> None:
    """A busy machine is no pause."""
    for _ in range(10):
        pause(loop, 0.45)
        loop.advance(0)
    assert running() == pytest.approx(4.5)


def test_it_never_goes_back(loop: ManualLoop, running: RunningClock) -> None:
    times = []
    for step_s in (0.2, 0.04, 0.3, 0.5, 7.0, 0.01, 0.26):
        pause(loop, step_s)
        times.append(running())
        loop.advance(0)
        times.append(running())
    assert times == sorted(times)


def test_stopped_it_leaves_no_timer(loop: ManualLoop, running: RunningClock) -> None:
    loop.advance(0.6)
    running.stop()
    assert loop.waiting == []
