from __future__ import annotations

from collections.abc import Callable

import pytest

from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.scripted_library import HANDLES, FakeGentlLibrary

MakeDrain = Callable[..., BufferDrain]


def test_the_newest_is_kept_and_all_others_go_back(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    handles = [library.deliver() for _ in range(3)]
    assert drain.drain(0) == 3
    assert library.held == {handles[-1]}
    assert (statistics.delivered, statistics.overwritten) == (3, 2)
    newer = library.deliver()
    drain.drain(0)
    assert library.held == {newer}
    assert statistics.overwritten == 3
    frame = drain.take()
    assert frame is not None
    assert frame.frame_id == 4
    frame.release()
    assert drain.take() is None
    assert library.held == {newer}
    newest = library.deliver()
    drain.drain(0)
    assert library.held == {newest}
    assert statistics.overwritten == 3, "the one before was taken"


def test_incomplete_buffers_go_back_and_do_not_hide_a_complete_one(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    complete = library.deliver()
    library.deliver(IS_INCOMPLETE=1)
    assert drain.drain(0) == 1
    assert library.held == {complete}
    library.deliver(IS_INCOMPLETE=1)
    assert drain.drain(0) == 0
    assert (statistics.delivered, statistics.incomplete, statistics.overwritten) == (1, 2, 0)
    assert statistics.gaps == 0
    assert drain.take() is not None


def test_frame_ids_that_never_came_are_counted(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    library.deliver(FRAMEID=10)
    library.deliver(FRAMEID=13, IS_INCOMPLETE=1)
    drain.drain(0)
    library.deliver(FRAMEID=14)
    drain.drain(0)
    assert statistics.gaps == 2


def test_ids_of_incomplete_buffers_are_not_believed(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    """A GigE producer was seen to number incomplete buffers as later frames."""
    library.deliver(FRAMEID=8)
    library.deliver(FRAMEID=11, IS_INCOMPLETE=1)
    drain.drain(0)
    library.deliver(FRAMEID=12, IS_INCOMPLETE=1)
    library.deliver(FRAMEID=11)
    drain.drain(0)
    library.deliver(FRAMEID=12)
    library.deliver(FRAMEID=13)
    drain.drain(0)
    assert (statistics.gaps, statistics.incomplete, statistics.delivered) == (0, 2, 4)
    library.deliver(FRAMEID=15)
    drain.drain(0)
    assert statistics.gaps == 1


def test_nothing_in_time_is_no_error(library: FakeGentlLibrary, drain: BufferDrain) -> None:
    assert drain.drain(0.01) == 0
    library.refusal = GcError.NOT_AVAILABLE
    assert drain.drain(0.01) == 0
    assert drain.take() is None


def test_a_producer_that_refuses_to_wait_is_an_error_after_the_last_frame_was_kept(
    library: FakeGentlLibrary, drain: BufferDrain
) -> None:
    library.deliver()
    library.refusal = GcError.INVALID_HANDLE
    with pytest.raises(OSError, match="EventGetData") as caught:
        drain.drain(0.2)
    assert caught.value.errno == GcError.INVALID_HANDLE
    assert drain.take() is not None


def test_polling_asks_the_queue_and_never_waits_in_the_producer(
    library: FakeGentlLibrary, statistics: StreamStatistics, clock: FakeClock
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, mode="poll", clock=clock)
    assert drain.drain(0.01) == 0
    assert library.waits == []
    assert sum(clock.slept) == pytest.approx(0.01, abs=0.0006)

    def fill(_: float) -> None:
        library.deliver()

    clock.on_sleep = fill
    assert drain.drain(0.01) == 1
    assert set(library.waits) == {0}


def stream(library: FakeGentlLibrary, clock: FakeClock, drain: BufferDrain, fps: float) -> None:
    """Let frames come at a rate, also while the drain naps, and drain them for a while."""
    due = clock.now_s

    def come(_: float = 0.0) -> None:
        nonlocal due
        while due <= clock.now_s:
            library.deliver()
            due += 1 / fps

    clock.on_sleep = come
    for _ in range(200):
        clock.advance(0.0001 + max(0.0, due - clock.now_s))
        come()
        drain.drain(0.2)
    clock.on_sleep = lambda _: None


@pytest.mark.parametrize(("buffers", "nap_s"), [(36, 0.015), (8, 0.005), (4, 0.0025)])
def test_many_frames_a_second_are_drained_in_batches(
    statistics: StreamStatistics, clock: FakeClock, buffers: int, nap_s: float
) -> None:
    library = FakeGentlLibrary(buffers)
    drain = BufferDrain(library, HANDLES, statistics, buffers=buffers, clock=clock)
    stream(library, clock, drain, 400.0)
    assert clock.slept[-1] == pytest.approx(nap_s, rel=0.2), "a quarter of what the buffers hold"
    assert library.lost == statistics.gaps == 0
    stream(library, clock, drain, 50.0)
    clock.slept.clear()
    stream(library, clock, drain, 50.0)
    assert clock.slept == [], "a slow camera's frames are not late"


def test_without_the_number_of_buffers_there_is_no_nap(
    library: FakeGentlLibrary, drain: BufferDrain, clock: FakeClock
) -> None:
    stream(library, clock, drain, 400.0)
    assert clock.slept == []


def test_who_takes_a_frame_during_a_nap_gets_the_newest(
    library: FakeGentlLibrary, statistics: StreamStatistics, clock: FakeClock
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, buffers=4, clock=clock)
    stream(library, clock, drain, 400.0)
    before = statistics.delivered
    frames = []

    def take(_: float) -> None:
        library.deliver()
        library.deliver(IS_INCOMPLETE=1)
        library.deliver()
        newest = library.frame_id
        frame = drain.take()
        assert frame is not None
        assert frame.frame_id == newest
        frames.append(frame)

    clock.on_sleep = take
    assert drain.drain(0.2) == 2, "those that were collected meanwhile count"
    assert len(frames) == 1
    assert statistics.delivered == before + 2
    frames[0].release()
    assert len(library.held) == 1


def test_after_the_nap_only_the_draining_thread_asks_the_producer(
    library: FakeGentlLibrary, statistics: StreamStatistics, clock: FakeClock
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, buffers=4, clock=clock)
    stream(library, clock, drain, 400.0)
    assert clock.slept
    library.deliver()
    library.waits.clear()
    frame = drain.take()
    assert frame is not None
    assert frame.frame_id is not None
    assert frame.frame_id < library.frame_id
    assert library.waits == []


def test_underrun_adds_to_that_of_earlier_streams(library: FakeGentlLibrary) -> None:
    statistics = StreamStatistics(underrun=5)
    drain = BufferDrain(library, HANDLES, statistics)
    assert drain.underrun_seen == 0
    library.underrun = 3
    drain.update_underrun()
    assert statistics.underrun == 8
    library.underrun = None
    drain.update_underrun()
    assert statistics.underrun == 8
    drain.close()
    library.underrun = 9
    drain.update_underrun()
    assert statistics.underrun == 8


@pytest.mark.parametrize(("now", "lost"), [(3, 5), (7, 9), (2, 7), (0, 5)])
def test_underrun_goes_on_or_begins_again_when_a_stream_is_only_stopped(
    library: FakeGentlLibrary, now: int, lost: int
) -> None:
    statistics = StreamStatistics(underrun=5)
    drain = BufferDrain(library, HANDLES, statistics, underrun_seen=3)
    library.underrun = now
    drain.update_underrun()
    drain.update_underrun()
    assert statistics.underrun == lost
    assert drain.underrun_seen == now
