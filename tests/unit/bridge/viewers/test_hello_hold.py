from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from camstrm.bridge.viewers import hello_hold
from camstrm.bridge.viewers.hello_hold import HelloHold
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.wire import CameraInfo, CameraState, Hello, Status, encode_bundle
from tests.fakes.bridge.running_bridge import (
    RunningBridge,
    TestViewer,
    connected_viewer,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path) as bridge:
        yield bridge


class StartingGrabber(FakeGrabber):
    """A grabber that does not know its cameras yet."""

    def __init__(self, path: str) -> None:
        super().__init__(path, ("left", "right"))
        self.known = self.infos
        self.infos = tuple(replace(info, vendor="", model="") for info in self.infos)

    async def __aenter__(self) -> StartingGrabber:
        await self.connect()
        return self

    async def finds(self, *indexes: int) -> None:
        """Say hello again, with vendor and model of some cameras."""
        self.infos = tuple(
            self.known[i] if i in indexes else info for i, info in enumerate(self.infos)
        )
        await self.send_hello()


def cameras_told(message: object) -> bool:
    return isinstance(message, Hello) and bool(message.cameras)


async def first_hello(viewer: TestViewer) -> tuple[CameraInfo, ...]:
    hello = await viewer.control(cameras_told)
    assert isinstance(hello, Hello)
    return hello.cameras


async def test_vendor_and_model_stand_in_the_first_hello(
    bridge: RunningBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hello_hold, "HOLD_S", 60.0)
    async with connected_viewer(bridge.url) as viewer:
        async with StartingGrabber(bridge.socket_path) as grabber:
            await grabber.until_demand(lambda d: d.cameras is None)  # nothing waits for it
            await grabber.send_status()
            await grabber.finds(0)
            await grabber.send_bundle([])
            await grabber.finds(0, 1)
            assert await first_hello(viewer) == grabber.known
            status = await viewer.control(lambda m: isinstance(m, Status) and bool(m.cameras))
            assert status.cameras[0].pixel_format == "Mono8", "what came meanwhile counts"
            await grabber.send_bundle()
            assert (await viewer.bundle()).frames[1].state == CameraState.STREAMING
        # The next grabber's cameras are the same, and known.
        async with StartingGrabber(bridge.socket_path) as grabber:
            assert await first_hello(viewer) == grabber.known


async def test_a_picture_does_not_wait_for_who_the_cameras_are(
    bridge: RunningBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hello_hold, "HOLD_S", 60.0)
    async with (
        connected_viewer(bridge.url) as viewer,
        StartingGrabber(bridge.socket_path) as grabber,
    ):
        await grabber.finds(0)
        await grabber.send_bundle([0])
        assert await first_hello(viewer) == (grabber.known[0], grabber.infos[1])
        assert len((await viewer.bundle()).frames[0].payload) > 0


async def test_a_camera_that_stays_unknown_holds_up_nobody_for_long(
    bridge: RunningBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hello_hold, "HOLD_S", 0.05)
    async with (
        connected_viewer(bridge.url) as viewer,
        StartingGrabber(bridge.socket_path) as grabber,
    ):
        assert await first_hello(viewer) == grabber.infos


@pytest.fixture
def grabber(tmp_path: Path) -> FakeGrabber:
    """One that is not connected: makes bundles only."""
    return FakeGrabber(str(tmp_path / "none.sock"), ("a", "b"))


async def test_a_bundle_waits_until_the_grabber_has_caught_up_or_says_hello(
    grabber: FakeGrabber,
) -> None:
    hub = BundleHub("test", window=4)
    hold = HelloHold(hub)
    hello = Hello("s", cameras=grabber.infos)
    hold.grabber_came(hello, lambda _: True)
    passed = []
    for next_step in (hold.grabber_caught_up, lambda: hold.grabber_said(hello)):
        for _ in range(3):
            bundle = grabber.next_bundle()
            hold.grabber_sent(bundle, memoryview(encode_bundle(bundle)))
        hold.grabber_said(Status(1))
        passed.append(hub.counters.bundles)
        next_step()
    assert passed == [0, 1]
    assert (hub.counters.bundles, hub.counters.overtaken) == (2, 4)
    hold.grabber_sent(bundle, memoryview(encode_bundle(bundle)))
    hold.grabber_went()
    hold.grabber_caught_up()
    assert hub.counters.bundles == 2, "its grabber is gone"


async def test_viewers_get_names_without_control_characters(bridge: RunningBridge) -> None:
    async with FakeGrabber(bridge.socket_path, ("left",), session="a\nb") as grabber:
        grabber.infos = (CameraInfo(0, "left", vendor="\x1b[2J", model="m\n"),)
        await grabber.send_hello()
        async with connected_viewer(bridge.url) as viewer:
            hello = await viewer.control(lambda m: cameras_told(m) and m.cameras[0].model != "Fake")
            assert hello.cameras == (CameraInfo(0, "left", vendor=r"\x1b[2J", model=r"m\n"),)
            assert hello.session == r"a\nb"
