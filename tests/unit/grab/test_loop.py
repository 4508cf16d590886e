from __future__ import annotations

import socket
import threading
from collections.abc import Generator

import pytest

from camstrm.grab.loop import READ, WRITE, Loop
from tests.fakes.clock import FakeClock
from tests.fakes.manual_loop import StoppableClock, run_until


@pytest.fixture
def loop() -> Generator[Loop, None, None]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def sockets() -> Generator[list[socket.socket], None, None]:
    pairs = [socket.socketpair() for _ in range(2)]
    flat = [sock for pair in pairs for sock in pair]
    yield flat
    for sock in flat:
        sock.close()


def test_timers_fire_in_order_of_time_then_of_their_making(loop: Loop) -> None:
    order: list[str] = []
    loop.call_later(0.002, lambda: order.append("late"))
    loop.call_at(0.0, lambda: order.append("first"))
    loop.call_at(0.0, lambda: order.append("second"))
    run_until(loop, lambda: "late" in order)
    assert order == ["first", "second", "late"]


def test_a_cancelled_timer_does_not_fire(loop: Loop) -> None:
    fired: list[int] = []
    timer = loop.call_later(0, lambda: fired.append(1))
    loop.call_later(0, lambda: fired.append(2))
    timer.cancel()
    run_until(loop, lambda: fired)
    assert fired == [2]


def test_a_timer_may_cancel_another_that_is_due(loop: Loop) -> None:
    fired: list[int] = []
    loop.call_at(0.0, lambda: other.cancel())
    other = loop.call_at(0.0, lambda: fired.append(1))
    loop.call_later(0, lambda: fired.append(2))
    run_until(loop, lambda: fired)
    assert fired == [2]


def test_timers_that_make_timers_do_not_starve_the_sockets(
    loop: Loop, sockets: list[socket.socket]
) -> None:
    seen: list[int] = []

    def again() -> None:
        loop.call_later(0, again)

    again()
    loop.watch(sockets[0], READ, seen.append)
    sockets[1].send(b"x")
    run_until(loop, lambda: seen)


def test_it_sleeps_until_the_next_timer(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    monkeypatch.setattr("camstrm.grab.loop.time", clock)
    assert loop._timeout() is None
    cancelled = loop.call_later(1.0, lambda: None)
    loop.call_later(5.0, lambda: None)
    assert loop._timeout() == 1.0
    cancelled.cancel()
    clock.advance(2.0)
    assert loop._timeout() == 3.0
    clock.advance(9.0)
    assert loop._timeout() == 0.0


@pytest.mark.parametrize("stopped_s", [30.0, 24 * 3600.0])
def test_its_clock_stands_still_while_the_process_is_stopped(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, stopped_s: float
) -> None:
    clock = StoppableClock()
    monkeypatch.setattr("camstrm.grab.loop.time", clock)
    times: list[float] = []
    loop.call_later(0.01, lambda: clock.stop_for(stopped_s))
    # What is due after a pause is due at once, and sees no more of it than was planned.
    loop.call_later(20.0, lambda: times.append(loop.running_s))
    run_until(loop, lambda: times)
    assert times[0] < 20.0


def test_its_clock_counts_turns_and_waits(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    monkeypatch.setattr("camstrm.grab.loop.time", clock)
    planned: list[float | None] = []

    def select(timeout: float | None) -> list[object]:
        planned.append(timeout)
        # A little late, as always; the last time by a pause.
        clock.advance((timeout or 0.0) + (0.1 if len(planned) < 4 else 100.0))
        return []

    monkeypatch.setattr(loop._selector, "select", select)
    loop.call_later(1000.0, lambda: None)
    for delay_s in (1.0, 2.0, 3.0, 4.0):
        loop.call_later(delay_s, lambda: None)
    loop.run(until=lambda: len(planned) == 4)
    assert planned == pytest.approx([1.0, 0.9, 0.9, 0.9])
    assert loop.running_s == pytest.approx(1.1 + 1.0 + 1.0 + 0.9)


def test_a_source_is_called_when_it_is_ready(loop: Loop, sockets: list[socket.socket]) -> None:
    seen: list[int] = []

    def ready(events: int) -> None:
        seen.append(events)
        sockets[0].recv(10)

    loop.watch(sockets[0], READ, ready)
    sockets[1].send(b"x")
    run_until(loop, lambda: seen)
    loop.watch(sockets[0], READ | WRITE, seen.append)
    run_until(loop, lambda: len(seen) > 1)
    assert seen == [READ, WRITE]


def test_a_source_that_is_watched_no_more_is_not_called(
    loop: Loop, sockets: list[socket.socket]
) -> None:
    """Also within one batch: both sources are ready, the first call unwatches the other."""
    seen: list[str] = []

    def ready(name: str, other: socket.socket) -> None:
        seen.append(name)
        loop.unwatch(other)

    loop.watch(sockets[0], WRITE, lambda _: ready("a", sockets[2]))
    loop.watch(sockets[2], WRITE, lambda _: ready("b", sockets[0]))
    run_until(loop, lambda: len(seen) >= 5)
    assert set(seen) in ({"a"}, {"b"})


def test_unwatching_what_is_not_watched_is_nothing(
    loop: Loop, sockets: list[socket.socket]
) -> None:
    loop.unwatch(sockets[0])
    loop.watch(sockets[0], READ, lambda _: None)
    loop.unwatch(sockets[0])
    loop.unwatch(sockets[0])
    sockets[1].close()
    sockets[0].close()
    loop.unwatch(sockets[0])


def test_a_call_may_close_its_source(loop: Loop, sockets: list[socket.socket]) -> None:
    def ready(_events: int) -> None:
        loop.unwatch(sockets[0])
        sockets[0].close()

    loop.watch(sockets[0], WRITE, ready)
    run_until(loop, lambda: sockets[0].fileno() < 0)


def test_stopped_from_another_thread_while_it_sleeps(loop: Loop) -> None:
    stopper = threading.Thread(target=loop.stop)
    loop.call_later(0, stopper.start)
    loop.run()
    stopper.join(30)


def test_a_stop_before_the_run_is_not_lost(loop: Loop) -> None:
    """A signal may come while the grabber starts its cameras."""
    loop.stop()
    loop.run()
    fired: list[int] = []
    loop.call_later(0, lambda: fired.append(1))
    run_until(loop, lambda: fired)


def test_any_number_of_wake_ups(loop: Loop) -> None:
    for _ in range(100_000):
        loop.wake()
    fired: list[int] = []
    loop.call_later(0, lambda: fired.append(1))
    run_until(loop, lambda: fired)


def test_a_signal_may_come_after_the_end() -> None:
    loop = Loop()
    loop.close()
    loop.stop()


def test_a_condition_that_holds_already_needs_no_event(loop: Loop) -> None:
    loop.run(until=lambda: True)


def test_an_error_of_a_call_reaches_the_caller(loop: Loop) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    loop.call_later(0, fail)
    with pytest.raises(ZeroDivisionError):
        loop.run()
