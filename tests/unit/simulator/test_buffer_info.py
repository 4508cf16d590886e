"""What buffers do not tell, tell in ticks or tell wrongly, and frames that lack packets."""

from __future__ import annotations

import time
from collections.abc import Callable
from ctypes import byref, c_size_t
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.control import CameraControl
from tests.simulator.raw_gentl import OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

TIMESTAMP, IS_INCOMPLETE, WIDTH, HEIGHT, FRAME_ID, TIMESTAMP_NS = 3, 7, 10, 11, 16, 28
TIMESTAMP_FREQUENCY = 9  # DEVICE_INFO_CMD


def take(camera: OpenCamera, count: int) -> list[tuple[int, bool]]:
    """Return id and incompleteness of frames; each buffer is given back at once."""
    told = []
    for _ in range(count):
        handle = camera.fetch()
        told.append((camera.buffer(handle, FRAME_ID), camera.buffer(handle, IS_INCOMPLETE)))
        camera.queue(handle)
    return told


def code(camera: OpenCamera, handle: int, what: int) -> int:
    arguments = (camera.stream, handle, what, None, None, byref(c_size_t()))
    return camera.gentl.code("DSGetBufferInfo", *arguments)


def test_buffers_without_size_and_with_ticks_alone(
    camsim: Path, write_scenario: Callable[[Scenario], RunnableScenario]
) -> None:
    ticking = CameraSpec(
        "A1",
        bus="GEV",
        frame_rate=250.0,
        size_info=False,
        timestamps="ticks",
        timestamp_frequency=125_000_000,
    )
    both = CameraSpec("A2", frame_rate=250.0, timestamp_frequency=1000)
    write_scenario(Scenario((ticking, both)))
    with RawGentl(camsim) as gentl:
        interfaces = gentl.open_interfaces()
        with OpenCamera(gentl, interfaces, "A1") as camera:
            assert gentl.info("DevGetInfo", camera.device, TIMESTAMP_FREQUENCY) == 125_000_000
            assert camera.get("GevTimestampTickFrequency") == 125_000_000
            camera.start()
            handles = [camera.fetch(), camera.fetch()]
            for what in (WIDTH, HEIGHT, TIMESTAMP_NS):
                assert code(camera, handles[0], what) == GcError.NOT_AVAILABLE, what
            first, second = (camera.buffer(handle, TIMESTAMP) for handle in handles)
            assert second > first
            # The camera's clock is CLOCK_MONOTONIC: a tick has 8 ns.
            assert abs(time.monotonic_ns() - 8 * second) < 60_000_000_000
            camera.stop()
        with OpenCamera(gentl, interfaces, "A2") as camera:
            camera.start()
            handle = camera.fetch()
            told = camera.buffer(handle, TIMESTAMP_NS)
            assert camera.buffer(handle, TIMESTAMP) == told // 1_000_000
            assert camera.buffer(handle, WIDTH) == 640
            camera.stop()


# 64x64 bytes take 4 packets of 1400 bytes and two more; 640x480 takes 228.
@pytest.mark.parametrize(
    "run", [[CameraSpec("A1", bus="GEV", width=64, height=64, frame_rate=500.0)]], indirect=True
)
def test_lost_packets_make_frames_incomplete_by_their_number(
    camera: OpenCamera, run: RunnableScenario
) -> None:
    with run.control("A1") as control:
        control.set(packet_loss_percent=2)
        camera.start()
        frames = take(camera, 100)
        # 1 - 0.98^6 = 11.4 %.
        assert sum(incomplete for _, incomplete in frames) == 11
        assert [frame for frame, _ in frames] == list(range(1, 101)), "no frame is lost"
        settle(camera, control, packet_loss_percent=100)
        assert all(incomplete for _, incomplete in take(camera, 10))


def settle(camera: OpenCamera, control: CameraControl, **knobs: int) -> None:
    """Set knobs, and leave behind what was filled before."""
    control.set(**knobs)
    produced = control["produced"]
    while control["produced"] < produced + 2:
        take(camera, 1)
    take(camera, 8)


@pytest.mark.parametrize("run", [[CameraSpec("A1", frame_rate=500.0)]], indirect=True)
def test_incomplete_buffers_carry_ids_of_later_frames(
    camera: OpenCamera, run: RunnableScenario
) -> None:
    with run.control("A1") as control:
        control.set(incomplete_percent=25, wrong_incomplete_ids=1)
        camera.start()
        frames = take(camera, 8)
    assert [frame for frame, _ in frames] == [1, 2, 3, 6, 5, 6, 7, 10]
    assert [incomplete for _, incomplete in frames] == [False, False, False, True] * 2
