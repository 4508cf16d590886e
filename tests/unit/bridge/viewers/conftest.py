"""A running bridge with its grabber and a viewer; a hub without a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.hub import BundleHub
from tests.fakes.bridge.running_bridge import (
    SEND_TIMEOUT_S,
    RunningBridge,
    connected_viewer,
    running_bridge,
)
from tests.fakes.bridge.running_bridge import TestViewer as Viewer
from tests.fakes.bridge.viewed_hub import HELLO, FakeSource
from tests.fakes.clock import Clock
from tests.fakes.grabber.fake_grabber import FakeGrabber


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, send_timeout_s=SEND_TIMEOUT_S) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[FakeGrabber]:
    async with FakeGrabber(bridge.socket_path) as grabber:
        yield grabber


@pytest_asyncio.fixture
async def viewer(bridge: RunningBridge, grabber: FakeGrabber) -> AsyncIterator[Viewer]:
    async with connected_viewer(bridge.url) as viewer:
        await grabber.until_demand(lambda d: d.cameras is None)
        yield viewer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock: Clock) -> BundleHub:
    # Demands go at once: what uses it has no event loop running on.
    return BundleHub("camstrm test", window=4, clock=clock, demand=DemandKeeper(interval_s=0.0))


@pytest.fixture
def source(hub: BundleHub) -> Iterator[FakeSource]:
    source = FakeSource(hub)
    hub.grabber_came(HELLO, source)
    yield source
    hub.grabber_went()
