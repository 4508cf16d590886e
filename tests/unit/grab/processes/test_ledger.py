from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camstrm.config import CameraSettings
from camstrm.grab.processes.ledger import CameraLedger, Ledgers
from camstrm.wire import COUNTERS, CameraInfo, CameraState, CameraStatus
from tests.fakes.clock import START_NS, FakeClock


def ledger(clock: FakeClock | None = None) -> CameraLedger:
    return CameraLedger(CameraInfo(3, "left"), time_ns=(clock or FakeClock()).time_ns)


def streaming(**values: object) -> CameraStatus:
    return CameraStatus(3, CameraState.STREAMING, **{"since_us": 5, **values})  # type: ignore[arg-type]


def test_a_camera_without_a_process_is_opening() -> None:
    status = ledger().status()
    assert (status.index, status.state, status.reason) == (3, CameraState.OPENING, "")
    assert status.since_us == START_NS // 1000


def test_what_the_process_reports_is_passed_on() -> None:
    book = ledger()
    book.report(streaming(delivered=7, grab_fps=99.5, sent_fps=30.0, pixel_format="Mono8"))
    assert (book.condition.state, book.condition.since_us) == (CameraState.STREAMING, 5)
    assert book.status() == streaming(
        delivered=7, grab_fps=99.5, sent_fps=30.0, pixel_format="Mono8"
    )


def test_a_camera_whose_process_is_gone_keeps_its_counters_and_has_no_rate() -> None:
    clock = FakeClock()
    book = ledger(clock)
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
    assert (book.condition.state, book.condition.since_us) == (
        CameraState.BACKING_OFF,
        START_NS // 1000 + 1_000_000,
    )


def test_since_when_is_that_of_the_first_failure() -> None:
    clock = FakeClock()
    book = ledger(clock)
    book.down(CameraState.LOST, "a")
    since = book.condition.since_us
    clock.advance(5.0)
    book.down(CameraState.LOST, "b")
    assert (book.condition.state, book.condition.since_us) == (CameraState.LOST, since)
    assert book.status().reason == "b"
    book.down(CameraState.BACKING_OFF, "c")
    assert book.condition.since_us > since


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


def test_what_the_grabber_counts_itself_is_added() -> None:
    book = ledger()
    book.counters.missed, book.counters.restarts = 4, 2
    book.report(streaming(delivered=5))
    assert book.status() == streaming(delivered=5, missed=4, restarts=2)
    book.down(CameraState.BACKING_OFF, "x")
    book.counters.restarts += 1
    book.report(streaming(delivered=6))
    assert book.status() == streaming(delivered=11, missed=4, restarts=3)


@given(
    st.lists(
        st.one_of(
            st.none(), st.lists(st.integers(0, 50), min_size=len(COUNTERS), max_size=len(COUNTERS))
        ),
        max_size=30,
    )
)
def test_counters_never_shrink_and_are_the_sum_of_all_processes(
    events: list[list[int] | None],
) -> None:
    """None is the end of a process, a list what its counters grow by."""
    book = ledger()
    own, total = [0] * len(COUNTERS), [0] * len(COUNTERS)
    before = [0] * len(COUNTERS)
    for grow in events:
        if grow is None:
            book.down(CameraState.BACKING_OFF, "x")
            own = [0] * len(COUNTERS)
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
    assert not book.condition.healthy
    for state in CameraState:
        book.report(CameraStatus(3, state))
        wanted = state in (CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER)
        assert book.condition.healthy is wanted


def camera(serial: str, name: str = "") -> CameraSettings:
    return CameraSettings(serial=serial, name=name)


def test_configured_cameras_come_first_and_keep_their_indices() -> None:
    ledgers = Ledgers([camera("B", "left"), camera("A")])
    late = camera("C")
    assert len(ledgers) == 2
    assert [ledgers.index_of(c) for c in (camera("A"), late, camera("B", "left"), late)] == [
        1,
        2,
        0,
        2,
    ]
    assert len(ledgers) == 3
    assert [(i.index, i.name, i.serial) for i in ledgers.infos()] == [
        (0, "left", "B"),
        (1, "A", "A"),
        (2, "C", "C"),
    ]


def test_a_device_id_is_no_serial_number() -> None:
    (info,) = Ledgers([camera("id:mac 1")]).infos()
    assert (info.name, info.serial) == ("mac 1", "")


def test_the_status_of_every_camera() -> None:
    ledgers = Ledgers([camera("A"), camera("B")])
    ledgers[1].down(CameraState.LOST, "unplugged")
    assert [(s.index, s.state, s.reason) for s in ledgers.statuses()] == [
        (0, CameraState.OPENING, ""),
        (1, CameraState.LOST, "unplugged"),
    ]
    assert [ledger.info.name for ledger in ledgers] == ["A", "B"]


def test_how_a_camera_is_shown_is_the_configuration_s() -> None:
    books = Ledgers([CameraSettings(serial="A", name="left", rotation=90, mirror=True)])
    (info,) = books.infos()
    assert (info.rotation, info.mirror) == (90, True)
    assert books[0].is_known_as(CameraInfo(0, "left", "A", "M1", "Hik"))
    assert books.infos() == (CameraInfo(0, "left", "A", "M1", "Hik", 90, True),)
    assert not books[0].is_known_as(CameraInfo(0, "left", "A", "M1", "Hik"))


def test_names_that_no_hello_may_hold_are_cut() -> None:
    info = CameraInfo(0, "left", "A" * 300, vendor="V" * 257).cut()
    assert (len(info.serial), len(info.vendor), info.name) == (256, 256, "left")
    books = Ledgers([CameraSettings(serial="A" * 500)])
    assert len(books.infos()[0].serial) == 256
