from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.errors import NoImageError
from tests.fakes.clock import START_NS, FakeClock
from tests.fakes.gentl.scripted_library import (
    FIRST_BUFFER,
    HANDLES,
    HEIGHT,
    MONO8,
    WIDTH,
    FakeGentlLibrary,
)

LONG_S = 30.0

MakeDrain = Callable[..., BufferDrain]


@pytest.fixture
def library() -> FakeGentlLibrary:
    return FakeGentlLibrary()


@pytest.fixture
def statistics() -> StreamStatistics:
    return StreamStatistics()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def drain(library: FakeGentlLibrary, statistics: StreamStatistics, clock: FakeClock) -> BufferDrain:
    return BufferDrain(library, HANDLES, statistics, clock=clock)


def test_a_frame_is_a_view_on_the_buffer_with_what_the_producer_tells(
    library: FakeGentlLibrary, drain: BufferDrain, clock: FakeClock
) -> None:
    handle = library.deliver(XPADDING=2, TIMESTAMP_NS=123, FRAMEID=9)
    clock.advance(0.5)
    assert drain.drain(0.2) == 1
    assert library.waits[0] == 200
    frame = drain.take()
    assert frame is not None
    with frame:
        assert (frame.width, frame.height, frame.pixel_format) == (WIDTH, HEIGHT, MONO8)
        assert (frame.padding_x, frame.frame_id) == (2, 9)
        assert frame.times.device_timestamp_ns == 123
        assert frame.times.capture_time_us == (START_NS + 500_000_000) // 1000
        assert frame.data.dtype == np.uint8
        assert frame.data.shape == (WIDTH * HEIGHT,)
        assert not frame.data.flags.writeable
        library.memory[handle][3] = 77
        assert frame.data[3] == 77
        assert handle in library.held
    assert library.held == {handle}, "it stays the newest until another one comes"
    assert drain.close()


def test_what_a_producer_does_not_tell_has_a_meaning(
    library: FakeGentlLibrary, statistics: StreamStatistics
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, pixel_format=0x01080009)
    library.deliver(PIXELFORMAT=None, FRAMEID=None, IS_INCOMPLETE=None, TIMESTAMP_NS=0)
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    with frame:
        assert frame.pixel_format == 0x01080009
        assert frame.frame_id is None
        assert frame.times.device_timestamp_ns is None
        assert frame.padding_x == 0


def test_a_producer_that_gives_no_size_has_that_of_the_node_map(
    library: FakeGentlLibrary, statistics: StreamStatistics
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, size=(WIDTH, HEIGHT))
    library.deliver(WIDTH=None, HEIGHT=None)
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    with frame:
        assert (frame.width, frame.height) == (WIDTH, HEIGHT)
    assert statistics.rejected == 0


@pytest.mark.parametrize(
    ("ticks_per_s", "info", "nanoseconds"),
    [
        (1_000_000_000, {"TIMESTAMP": 7}, 7),
        (125_000_000, {"TIMESTAMP": 125_000_001}, 1_000_000_008),
        (1_000_000, {"TIMESTAMP": 3}, 3000),
        (0, {"TIMESTAMP": 3}, None),
        (1_000_000, {"TIMESTAMP": 3, "TIMESTAMP_NS": 5}, 5),
        (1_000_000, {}, None),
    ],
)
def test_a_device_s_clock_is_read_in_nanoseconds(
    library: FakeGentlLibrary,
    statistics: StreamStatistics,
    ticks_per_s: int,
    info: dict[str, int],
    nanoseconds: int | None,
) -> None:
    drain = BufferDrain(library, HANDLES, statistics, ticks_per_s=ticks_per_s)
    library.deliver(**info)
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    with frame:
        assert frame.times.device_timestamp_ns == nanoseconds


@pytest.mark.parametrize(
    ("info", "length"),
    [
        ({}, 8),
        ({"SIZE_FILLED": 6}, 6),
        ({"SIZE_FILLED": 9}, 8),
        ({"IMAGEOFFSET": 3}, 5),
        ({"SIZE_FILLED": 6, "IMAGEOFFSET": 2}, 4),
    ],
)
def test_data_never_reaches_beyond_the_buffer_or_what_was_filled(
    library: FakeGentlLibrary, drain: BufferDrain, info: dict[str, int], length: int
) -> None:
    library.deliver(**info)
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    with frame:
        assert frame.data.size == length


@pytest.mark.parametrize(
    "info",
    [{"HEIGHT": 0}, {"WIDTH": None}, {"BASE": 0}, {"SIZE": 0}, {"IMAGEOFFSET": 8}],
    ids=str,
)
def test_a_buffer_without_an_image_is_rejected_and_given_back(
    library: FakeGentlLibrary,
    drain: BufferDrain,
    statistics: StreamStatistics,
    info: dict[str, int | None],
) -> None:
    library.deliver(**info)
    assert drain.drain(0) == 1
    with pytest.raises(NoImageError, match="no image in the buffer: "):
        drain.take()
    assert statistics.rejected == 1
    assert library.held == set()
    assert drain.close(0)


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


def test_a_taken_frame_stays_while_newer_ones_come(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    taken_handle = library.deliver()
    drain.drain(0)
    frame = drain.take()
    for _ in range(5):
        library.deliver()
        drain.drain(0)
    assert frame is not None
    assert taken_handle in library.held
    assert len(library.held) == 2
    assert statistics.overwritten == 4
    frame.release()
    assert taken_handle not in library.held


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


def test_after_close_nothing_touches_the_producer(
    library: FakeGentlLibrary, drain: BufferDrain
) -> None:
    library.deliver()
    drain.drain(0)
    assert drain.close(0)
    assert drain.take() is None
    # The stream's end frees its buffers: what was kept is not queued any more.
    assert library.held == {FIRST_BUFFER}


def test_close_tells_that_a_frame_is_still_in_use(
    library: FakeGentlLibrary, drain: BufferDrain
) -> None:
    library.deliver()
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    assert not drain.close(0)
    frame.release()
    assert library.held == {FIRST_BUFFER}, "the stream is closed: nothing may be queued"
    assert drain.close(0)


def test_close_waits_until_a_frame_in_use_is_released(
    library: FakeGentlLibrary, drain: BufferDrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.deliver()
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    closing = threading.Event()
    wait_for = drain._returned.wait_for

    def waiting(predicate: Callable[[], bool], timeout: float) -> bool:
        closing.set()
        return wait_for(predicate, timeout)

    monkeypatch.setattr(drain._returned, "wait_for", waiting)
    with ThreadPoolExecutor(1) as pool:
        closed = pool.submit(drain.close, LONG_S)
        assert closing.wait(LONG_S)
        assert not closed.done()
        frame.release()
        assert closed.result(LONG_S)


def test_a_frame_is_released_once(library: FakeGentlLibrary, drain: BufferDrain) -> None:
    library.deliver()
    drain.drain(0)
    frame = drain.take()
    assert frame is not None
    library.deliver()
    drain.drain(0)
    frame.release()
    frame.release()
    assert len(library.held) == 1
    assert len(library.input) == 3


def test_the_newest_frame_is_shared_and_goes_back_when_nobody_uses_it(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    assert drain.newest() is None
    first = library.deliver()
    drain.drain(0)
    seen = drain.newest()
    taken = drain.take()
    again = drain.newest()
    assert seen is not None
    assert taken is not None
    assert again is not None
    assert {seen.frame_id, taken.frame_id, again.frame_id} == {1}
    assert drain.take() is None
    second = library.deliver()
    drain.drain(0)
    for frame in (seen, taken):
        frame.release()
        assert library.held == {first, second}
    again.release()
    assert library.held == {second}
    assert statistics.overwritten == 0


def test_who_looks_at_the_newest_frame_does_not_take_it_from_the_stream(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    library.deliver()
    drain.drain(0)
    seen = drain.newest()
    assert seen is not None
    seen.release()
    taken = drain.take()
    assert taken is not None
    taken.release()
    library.deliver()
    drain.drain(0)
    seen = drain.newest()
    assert seen is not None
    seen.release()
    library.deliver()
    drain.drain(0)
    assert statistics.overwritten == 1, "it was looked at, but no picture of the stream"


def test_a_buffer_without_an_image_is_counted_by_the_stream_alone(
    library: FakeGentlLibrary, drain: BufferDrain, statistics: StreamStatistics
) -> None:
    handle = library.deliver(HEIGHT=0)
    drain.drain(0)
    with pytest.raises(NoImageError):
        drain.newest()
    assert statistics.rejected == 0
    assert library.held == {handle}
    with pytest.raises(NoImageError):
        drain.take()
    assert statistics.rejected == 1
    assert drain.newest() is None
    assert library.held == set()


def test_close_waits_for_all_users_of_a_frame(
    library: FakeGentlLibrary, drain: BufferDrain
) -> None:
    library.deliver()
    drain.drain(0)
    frames = [drain.newest(), drain.take()]
    for frame in frames:
        assert frame is not None
        assert not drain.close(0)
        frame.release()
    assert drain.close(0)
    assert drain.newest() is None
