"""Every pixel format from the camera's sensor to the viewer's decoded picture.

Each camera of the simulator has one format. All of them are served by one camera process
(a profile says so, as FLIR's does), go through bundles and bridge, and arrive at a
WebSocket client, which reads frame number and capture time back from the pixels.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from camstrm.frame import pixel_format
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle, FrameFlag
from tests.fakes.pictures.pixel_packing import ALL_CODES
from tests.fakes.running_system import RunningSystem, Viewer
from tests.simulator.build import build_simulator
from tests.simulator.pattern import check_picture
from tests.simulator.scenario import CameraSpec, Scenario
from tests.simulator.stamp import Stamp, read_stamp

FORMATS = (
    *("Mono8", "Mono10p", "Mono12Packed", "Mono16"),
    *("BayerRG8", "BayerGR12p", "BayerGB10Packed", "BayerBG16"),
    *("RGB8", "BGRa8", "YUV422_8_UYVY", "YCbCr411_8"),
)
"""One of each packing and each layout, and all Bayer orders."""

PROFILE = """\
name = "one-process"
description = "All cameras of the producer in one process"
extends = "generic"
[process]
per = "producer"
why = "dozens of processes take long to start"
source = "tests"
"""

"""Of the simulator: grey = (77 R + 150 G + 29 B) >> 8."""

NEAR_US = 2_000_000
"""Between a frame's stamp and its arrival, on a machine that does much else."""


@dataclass(frozen=True)
class Arrival:
    """One camera's part of a bundle, and the viewer's clock (UTC in microseconds) then."""

    frame: CameraFrame
    time_us: int


async def arrivals(viewer: Viewer, cameras: set[int], after: dict[int, int]) -> dict[int, Arrival]:
    """Return a picture of each camera whose frame id is above that in ``after``."""
    found: dict[int, Arrival] = {}

    def complete(message: object) -> bool:
        now_us = time.time_ns() // 1000
        if isinstance(message, FrameBundle):
            for frame in message.frames:
                if len(frame.payload) and frame.frame_id > after.get(frame.camera_index, 0):
                    found.setdefault(frame.camera_index, Arrival(frame, now_us))
        return cameras <= found.keys()

    await viewer.until(complete)
    return found


def system_of(folder: Path, cameras: tuple[CameraSpec, ...], fps: float) -> RunningSystem:
    profiles = folder / "profiles"
    profiles.mkdir()
    (profiles / "one-process.toml").write_text(PROFILE)
    scenario = Scenario(cameras).write(folder)
    tables = "".join(f'[[camera]]\nserial = "{camera.serial}"\n' for camera in cameras)
    return RunningSystem(
        folder,
        # The producer's table is the last one before the cameras'.
        f'profile = "one-process"\n{tables}',
        stream=f'[stream]\nfps = {fps}\n[process]\nprofile_dirs = ["{profiles}"]\n',
        cti=str(build_simulator()),
        environment=scenario.variables,
    )


def decode_jpeg(frame: CameraFrame) -> NDArray[np.uint8]:
    """Return RGB, or grey for a JPEG of one component."""
    picture = cv2.imdecode(np.frombuffer(frame.payload, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.ascontiguousarray(picture if picture.ndim == 2 else picture[:, :, ::-1], np.uint8)


def check(name: str, arrival: Arrival) -> Stamp:
    """Check one picture against the pattern and the bundle's header."""
    frame = arrival.frame
    assert frame.encoding == Encoding.JPEG, name
    assert frame.state == CameraState.STREAMING, name
    assert pixel_format(frame.pixel_format).name == name
    picture = decode_jpeg(frame)
    assert picture.shape[:2] == (frame.height, frame.width) == (480, 640), name
    assert (picture.ndim == 2) == name.startswith("Mono"), name
    stamp = read_stamp(picture)
    assert frame.flags & FrameFlag.FRAME_ID, name
    assert stamp.frame == frame.frame_id, name
    assert 0 <= frame.capture_time_us - stamp.time_us < NEAR_US, name
    assert frame.capture_time_us <= frame.encoded_time_us <= arrival.time_us, name
    check_picture(picture, stamp, name)
    return stamp


async def see_formats(folder: Path, names: tuple[str, ...], fps: float) -> None:
    cameras = tuple(
        CameraSpec(f"F{i:02}", bus="Custom", frame_rate=fps, formats=(name,))
        for i, name in enumerate(names)
    )
    indices = set(range(len(names)))
    with system_of(folder, cameras, fps) as system:
        async with system.viewer() as viewer:
            first = await arrivals(viewer, indices, {})
            seen = {index: arrival.frame.frame_id for index, arrival in first.items()}
            second = await arrivals(viewer, indices, seen)
    ages_ms, ways_ms = [], []
    for index, name in enumerate(names):
        stamps = [check(name, arrival) for arrival in (first[index], second[index])]
        assert stamps[0].time_us < stamps[1].time_us, name
        for arrival, stamp in zip((first[index], second[index]), stamps, strict=True):
            ages_ms.append((arrival.time_us - stamp.time_us) / 1000)
            ways_ms.append((arrival.frame.capture_time_us - stamp.time_us) / 1000)
    assert min(ages_ms) >= 0
    print(
        f"{len(names)} formats at {fps:g} fps: sensor to host {statistics.median(ways_ms):.2f} ms "
        f"(most {max(ways_ms):.2f}), sensor to viewer {statistics.median(ages_ms):.1f} ms "
        f"(most {max(ages_ms):.1f})"
    )


async def test_each_kind_of_format_arrives_as_it_was_taken(tmp_path: Path) -> None:
    await see_formats(tmp_path, FORMATS, 30.0)


@pytest.mark.slow
async def test_every_format_arrives_as_it_was_taken(tmp_path: Path) -> None:
    await see_formats(tmp_path, tuple(ALL_CODES), 4.0)


async def test_the_stamp_survives_the_reduction_of_a_large_picture(tmp_path: Path) -> None:
    large = CameraSpec(
        "LARGE", bus="Custom", width=2656, height=2304, frame_rate=10.0, formats=("BayerRG12p",)
    )
    with system_of(tmp_path, (large,), 10.0) as system:
        async with system.viewer() as viewer:
            arrival = (await arrivals(viewer, {0}, {}))[0]
    frame = arrival.frame
    assert (frame.source_width, frame.source_height) == (2656, 2304)
    assert (frame.width, frame.height) == (1328, 1152)
    stamp = read_stamp(decode_jpeg(frame), 2656)
    assert stamp.frame == frame.frame_id
    assert stamp.time_us <= frame.capture_time_us <= arrival.time_us
