"""Cameras as they are named and numbered in the field, under the real commands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

from tests.fakes.running_system import RunningSystem
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

SCENARIO = Scenario(
    (
        CameraSpec("a", told_serial="TWIN", model="One"),
        CameraSpec("b", told_serial="TWIN", model="Two"),
        CameraSpec("c", told_serial="none", model="Three"),
        CameraSpec("d", told_serial="013792A5", node_serial="20419237", model="Four"),
    )
)

CONFIGURED = """
[[camera]]
serial = "id:camstrm-b-0"
name = "왼쪽 카메라"
[[camera]]
serial = "id:camstrm-a-0"
name = "line 3, 50%"
[[camera]]
serial = "id:camstrm-c-0"
[[camera]]
serial = "013792A5"
"""


def system(folder: Path, cameras: str) -> RunningSystem:
    run = SCENARIO.write(folder)
    return RunningSystem(folder, cameras, cti=str(build_simulator()), environment=run.variables)


async def test_cameras_of_any_name_and_number_stream(tmp_path: Path) -> None:
    with system(tmp_path, CONFIGURED) as running:
        async with running.viewer() as viewer:
            await viewer.pictures({0, 1, 2, 3})
            # On a busy machine an earlier one comes without vendors (HOLD_S of hello_hold).
            hello = viewer.hello
        assert hello is not None
        answers = [
            await running.get(f"/cam/{quote(info.name, safe='')}.jpg") for info in hello.cameras
        ]
        assert running.grabber is not None
        log = running.grabber.text
    assert [info.name for info in hello.cameras] == [
        "왼쪽 카메라",
        "line 3, 50%",
        "camstrm-c-0",
        "013792A5",
    ]
    # A camera's vendor and model are told before its first picture.
    assert [(info.vendor, info.model) for info in hello.cameras] == [
        ("camstrm", model) for model in ("Two", "One", "Three", "Four")
    ]
    assert [info.serial for info in hello.cameras] == ["TWIN", "TWIN", "", "013792A5"]
    assert [status for status, _ in answers] == [200] * 4
    assert log.count("its node DeviceSerialNumber says '20419237'") == 1


async def test_without_a_configuration_no_camera_is_left_out(tmp_path: Path) -> None:
    with system(tmp_path, "") as running:
        async with running.viewer() as viewer:
            await viewer.pictures({0, 1, 2, 3})
            status = await asyncio.wait_for(running.status(), 30)
    names = {camera["name"] for camera in status["cameras"]}
    assert names == {"camstrm-a-0", "camstrm-b-0", "camstrm-c-0", "013792A5"}
