from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.grab.processes.ledger import CameraLedger
from camstrm.wire import CameraInfo, CameraState, CameraStatus
from tests.fakes.clock import START_NS, FakeClock

COUNTERS = "delivered incomplete rejected underrun overwritten gaps encoded reconnects".split()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr("camstrm.grab.processes.ledger.time", clock)
    return clock


def ledger() -> CameraLedger:
    return CameraLedger(CameraInfo(3, "left"))


def streaming(**values: object) -> CameraStatus:
    return CameraStatus(3, CameraState.STREAMING, **{"since_us": 5, **values})  # type: ignore[arg-type]


def test_a_camera_without_a_process_is_opening() -> None:
    status = ledger().status()
    assert (status.index, status.state, status.reason) == (3, CameraState.OPENING, "")
    assert status.since_us == START_NS // 1000


def test_what_the_process_says_is_told() -> None:
    book = ledger()
    book.report(streaming(delivered=7, grab_fps=99.5, sent_fps=30.0, pixel_format="Mono8"))
    assert book.state == (CameraState.STREAMING, 5)
    assert book.status() == streaming(
        delivered=7, grab_fps=99.5, sent_fps=30.0, pixel_format="Mono8"
    )


def test_a_camera_whose_process_is_gone_keeps_its_counters_and_has_no_rate(
    clock: FakeClock,
) -> None:
    book = ledger()
    book.report(streaming(delivered=7, gaps=2, grab_fps=99.5, sent_fps=30.0, width=640))
    clock.advance(1.0)
    book.down(CameraState.BACKING_OFF, "its process was ended by SIGSEGV")
    status = book.status()
    assert (status.state, status.reason) == (
        CameraState.BACKING_OFF,
        "its process was ended by SIGSEGV",
    )
    assert (status.delivered, status.gaps, status.width) == (7, 2, 640)
    assert (status.grab_fps, status.sent_fps) == (0.0, 0.0)
    assert book.state == (CameraState.BACKING_OFF, START_NS // 1000 + 1_000_000)


def test_since_when_is_that_of_the_first_failure(clock: FakeClock) -> None:
    book = ledger()
    book.down(CameraState.LOST, "a")
    since = book.state[1]
    clock.advance(5.0)
    book.down(CameraState.LOST, "b")
    assert book.state == (CameraState.LOST, since)
    assert book.status().reason == "b"
    book.down(CameraState.BACKING_OFF, "c")
    assert book.state[1] > since


def test_a_new_process_counts_on() -> None:
    book = ledger()
    book.report(streaming(delivered=100, encoded=10))
    book.down(CameraState.BACKING_OFF, "x")
    book.report(streaming(delivered=3))
    assert book.status().delivered == 103
    assert book.status().encoded == 10
    assert book.status().reason == ""
    book.down(CameraState.BACKING_OFF, "x")
    book.down(CameraState.BACKING_OFF, "x")
    assert book.status().delivered == 103


def test_what_the_grabber_counts_itself() -> None:
    book = ledger()
    book.missed, book.restarts = 4, 2
    book.report(streaming(missed=99, restarts=99))
    assert (book.status().missed, book.status().restarts) == (4, 2)


@given(
    st.lists(
        st.one_of(st.none(), st.lists(st.integers(0, 50), min_size=8, max_size=8)), max_size=30
    )
)
def test_counters_never_shrink_and_are_the_sum_of_all_processes(
    events: list[list[int] | None],
) -> None:
    """None is the end of a process, a list what its counters grow by."""
    book = ledger()
    own, total = [0] * 8, [0] * 8
    before = [0] * 8
    for grow in events:
        if grow is None:
            book.down(CameraState.BACKING_OFF, "x")
            own = [0] * 8
        else:
            own = [a + b for a, b in zip(own, grow, strict=True)]
            total = [a + b for a, b in zip(total, grow, strict=True)]
            book.report(streaming(**dict(zip(COUNTERS, own, strict=True))))
        now = [getattr(book.status(), name) for name in COUNTERS]
        assert now == total
        assert all(a >= b for a, b in zip(now, before, strict=True))
        before = now


def test_a_camera_stays_locked_by_a_killed_process_that_had_it_open() -> None:
    book = ledger()
    assert book.lock(100.0) == 0.0, "its heartbeat is not known"
    book.heartbeat_s = 3.0
    book.report(streaming())
    assert book.lock(100.0) == 3.25
    assert book.locked_until_s == 103.25
    book.down(CameraState.BACKING_OFF, "killed")
    assert book.lock(101.0) == 2.25, "the process that waited for the lock does not prolong it"
    book.report(CameraStatus(3, CameraState.LOST))
    assert book.lock(200.0) == 0.0, "it was not open"


def test_a_camera_that_waits_for_a_trigger_is_healthy() -> None:
    book = ledger()
    assert not book.healthy
    for state in CameraState:
        book.report(CameraStatus(3, state))
        wanted = state in (CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER)
        assert book.healthy is wanted
