"""Cameras that move to another socket, or are seen twice; listing while others stream."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from camstrm.wire import CameraState, Status
from tests.fakes.simulated_cameras import (
    check_undisturbed,
    picture_after,
    simulated_system,
    status_of,
)
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, InterfaceSpec, Scenario

FPS = 100.0
TIMEOUT_S = 60.0

SCENARIO = Scenario(
    (
        CameraSpec("STAYS", bus="GEV", frame_rate=FPS),
        CameraSpec("MOVES", bus="GEV", frame_rate=FPS),
    ),
    (InterfaceSpec("eth-a", bus="GEV"), InterfaceSpec("eth-b", bus="GEV")),
)


def camstrm(variables: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run a command; return exit code and what it printed on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "camstrm", *arguments],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stdout


def loaded_files(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def listed(text: str) -> dict[str, dict[str, Any]]:
    """Return the cameras of ``camstrm list --json`` by serial number."""
    return {row["serial"]: row for row in json.loads(text)}


@pytest.mark.parametrize("how", ["silent", "loud", "address"])
async def test_a_camera_is_found_at_another_socket_or_address(tmp_path: Path, how: str) -> None:
    system, run = simulated_system(tmp_path, SCENARIO, process="stall_timeout_s = 0.5\n")
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            with run.control("MOVES") as control:
                # It is elsewhere before anybody has noticed that it was gone.
                if how == "address":
                    control.move()
                else:
                    control.unplug(loud=how == "loud")
                    control.replug(interface_number=2, port_number=7)
                status: Status = await viewer.until(
                    status_of(
                        2,
                        lambda s: (
                            s.cameras[1].state == CameraState.STREAMING
                            and s.cameras[1].reconnects == 1
                        ),
                    )
                )
                assert control["opens"] == 2
            await viewer.until(picture_after(1, time.time_ns() // 1000))
            check_undisturbed(run, status, {"STAYS": 0})


async def test_an_outage_has_one_reason_and_ends_soon_after_the_camera_is_back(
    tmp_path: Path,
) -> None:
    """However long: the pauses do not grow, and nobody else is said to hold the camera."""
    system, run = simulated_system(tmp_path, SCENARIO, process="stall_timeout_s = 0.5\n")
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            reasons: dict[str, CameraState] = {}
            with run.control("MOVES") as control:
                searches = control["scans"]

                def noted(message: object) -> bool:
                    if isinstance(message, Status) and len(message.cameras) == 2:
                        camera = message.cameras[1]
                        reasons[camera.reason] = CameraState(camera.state)
                    return control["scans"] >= searches + 6 * len(SCENARIO.interfaces)

                control.unplug(loud=True)
                # An attempt is a search: pauses that grew would be long after six of them.
                await viewer.until(noted)
                control.replug()
                searches = control["scans"]
                await viewer.until(picture_after(1, time.time_ns() // 1000))
                assert (control["opens"], control["refused_opens"]) == (2, 0)
                assert control["scans"] <= searches + 2 * len(SCENARIO.interfaces), (
                    "the next search finds and opens it"
                )
    print(reasons)
    assert not any("held" in reason for reason in reasons)
    (lost,) = [reason for reason, state in reasons.items() if state is CameraState.LOST]
    assert lost.startswith("no answer; check cable, power and network (no longer listed; ")
    assert "GC_ERR_ACCESS_DENIED -1005" in lost


async def test_cameras_are_listed_while_they_stream(tmp_path: Path) -> None:
    system, run = simulated_system(tmp_path, SCENARIO)
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            code, text = await asyncio.to_thread(
                camstrm, run.variables, "list", "--json", "--cti", system.cti
            )
            await viewer.until(picture_after(0, time.time_ns() // 1000))
            status: Status = await viewer.until(status_of(2))
    assert code == 0, text
    assert set(listed(text)) == {"STAYS", "MOVES"}
    assert {row["access"] for row in listed(text).values()} == {"streamed by camstrm"}
    check_undisturbed(run, status, {"STAYS": 0, "MOVES": 1})


async def test_a_camera_under_two_producers_is_taken_from_the_one_that_is_told(
    tmp_path: Path,
) -> None:
    first, second = str(tmp_path / "camsim.cti"), str(tmp_path / "second.cti")
    for path in (first, second):
        shutil.copyfile(build_simulator(), path)
    scenario = Scenario((CameraSpec("TWICE", frame_rate=FPS),))
    system, run = simulated_system(
        tmp_path,
        scenario,
        cti=first,
        producer=f'[[producer]]\ncti = "{second}"\n',
        tables={"TWICE": f'cti = "{second}"\n'},
    )
    _, text = camstrm(run.variables, "doctor", "--cti", first, "--cti", second)
    lines = [line for line in text.splitlines() if "TWICE" in line]
    assert any("WARN" in line and first in line and second in line for line in lines), text
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0})
            with run.control("TWICE") as control:
                assert control["opens"] == 1
                maps = await asyncio.to_thread(loaded_files, control["owner_pid"])
            assert second in maps
            assert first not in maps


def test_a_camera_of_one_producer_is_not_seen_under_another(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("one.cti", "two.cti")]
    for path in paths:
        shutil.copyfile(build_simulator(), path)
    run = Scenario((CameraSpec("ONE", producer="one.cti"), CameraSpec("BOTH"))).write(tmp_path)
    for path, serials in zip(paths, ({"ONE", "BOTH"}, {"BOTH"}), strict=True):
        code, text = camstrm(run.variables, "list", "--json", "--cti", path)
        assert code == 0, text
        assert set(listed(text)) == serials
