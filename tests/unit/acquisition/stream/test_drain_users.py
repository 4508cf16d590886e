"""Frames that are in use: who shares them, when they go back, and what close waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from tests.fakes.gentl.scripted_library import FIRST_BUFFER, FakeGentlLibrary

LONG_S = 30.0


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
