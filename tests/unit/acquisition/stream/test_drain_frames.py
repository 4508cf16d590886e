"""What a frame says of its buffer, and which buffers hold none."""

from __future__ import annotations

import numpy as np
import pytest

from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.errors import NoImageError
from tests.fakes.clock import START_NS, FakeClock
from tests.fakes.gentl.scripted_library import HANDLES, HEIGHT, MONO8, WIDTH, FakeGentlLibrary


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
