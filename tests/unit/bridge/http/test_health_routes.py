from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from camstrm.bridge.control.token_store import add_share
from camstrm.wire import CameraState, Hello
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    RunningBridge,
    connected_viewer,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber

SILENT = "no frame input: no grabber is connected to the bridge, or it says nothing"


async def readiness(
    bridge: RunningBridge, token: str | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    async with (
        aiohttp.ClientSession(bridge.url) as session,
        session.get("/readyz", headers=headers) as answer,
    ):
        assert answer.content_type == "application/json"
        assert ("Retry-After" in answer.headers) == (answer.status == 503)
        return answer.status, await answer.json()


async def states_known(bridge: RunningBridge, grabber: FakeGrabber, *states: int) -> None:
    """Return when the bridge knows that the grabber's cameras are in these states."""
    grabber.states = dict(enumerate(states))
    await grabber.send_status()
    words = [CameraState(state).name.lower().replace("_", " ") for state in states]
    while [c["state"] for c in (await readiness(bridge, TOKEN))[1]["cameras"]] != words:
        pass  # each turn asks the bridge


async def test_not_ready_without_a_grabber(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, auth=True) as bridge:
        assert await readiness(bridge) == (
            503,
            {
                "status": "not ready",
                "problem": SILENT,
                "remedy": "Start 'camstrm grab', or read its log",
            },
        )
        async with (
            FakeGrabber(bridge.socket_path, ()),
            connected_viewer(f"{bridge.url}?token={TOKEN}") as viewer,
        ):
            await viewer.control(lambda m: isinstance(m, Hello) and m.session != "")
            status, said = await readiness(bridge, TOKEN)
            assert (status, said["problem"]) == (503, "the grabber has no cameras")
            assert said["cameras"] == []


@pytest.mark.parametrize("state", [CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER])
async def test_ready_while_one_camera_delivers(tmp_path: Path, state: CameraState) -> None:
    lost, stalled = CameraState.LOST, CameraState.STALLED
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        FakeGrabber(bridge.socket_path) as grabber,
    ):
        await states_known(bridge, grabber, lost, state, stalled)
        assert await readiness(bridge) == (200, {"status": "ready"})
        status, said = await readiness(bridge, TOKEN)
        assert (status, said["status"]) == (200, "ready")
        assert said["cameras"] == [
            {"name": "left", "state": "lost", "reason": ""},
            {"name": "right", "state": state.name.lower().replace("_", " "), "reason": ""},
            {"name": "top", "state": "stalled", "reason": ""},
        ]
        await states_known(bridge, grabber, lost, CameraState.RECONFIGURING, stalled)
        status, said = await readiness(bridge)
        assert (status, said["problem"]) == (503, "no camera delivers pictures")
        assert "cameras" not in said, "names are for who has a token"
        await grabber.close()
        while (await readiness(bridge))[1]["problem"] != SILENT:
            pass


async def test_the_reason_of_each_camera_is_for_who_may_see_it(tmp_path: Path) -> None:
    share, _ = await asyncio.to_thread(
        add_share, tmp_path, ("left",), timedelta(hours=1), "", "anna"
    )
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        FakeGrabber(bridge.socket_path) as grabber,
    ):
        await states_known(bridge, grabber, *[CameraState.LOST] * 3)
        for token, names in ((share, ["left"]), (TOKEN, ["left", "right", "top"])):
            _, said = await readiness(bridge, token)
            assert [camera["name"] for camera in said["cameras"]] == names
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"},
        ):
            status, said = await readiness(bridge, None, **headers)
            assert (status, "cameras" in said) == (503, False), headers
