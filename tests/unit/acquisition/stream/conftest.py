"""A drain on a scripted GentlLibrary, with its counters and its clock."""

from __future__ import annotations

import pytest

from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.scripted_library import HANDLES, FakeGentlLibrary


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
