"""Views from the camera to the viewer, through the real commands."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from camstrm.wire import (
    FROM_VIEWER,
    CameraFrame,
    FrameBundle,
    Region,
    Subscribe,
    View,
    Views,
)
from tests.fakes.running_system import RunningSystem, Viewer
from tests.fakes.simulated_cameras import picture_after, simulated_system
from tests.simulator.scenario import CameraSpec, Scenario

LARGE, TRIGGERED = 0, 1
WIDTH, HEIGHT = 1296, 976
SCENARIO = Scenario(
    (
        CameraSpec("LARGE", width=WIDTH, height=HEIGHT, grain=20),
        CameraSpec("TRIGGERED", flavour="hikrobot"),
    )
)
TABLES = {
    "LARGE": "max_width = 400\n",
    "TRIGGERED": 'features = { TriggerMode = "On", TriggerSource = "Line0" }\n',
}
NATIVE = View(LARGE, None, 2560, 2560)
INNER = View(LARGE, Region(400, 300, 320, 240), 320, 320)
CORNER = View(LARGE, Region(1200, 900, 640, 640), 640, 640)
SMALL = View(TRIGGERED, None, 160, 160)


def started(folder: Path) -> RunningSystem:
    return simulated_system(folder, SCENARIO, tables=TABLES)[0]


async def subscribed(viewer: Viewer, *views: View, cameras: tuple[int, ...] = ()) -> list[int]:
    """Ask for views; return their ids."""
    message = Subscribe(cameras, views=views)
    await viewer.ws.send_str(FROM_VIEWER.encode(message).decode())
    answer: Views = await viewer.until(
        lambda m: isinstance(m, Views) and all(view.view for view in m.views)
    )
    return [view.view for view in answer.views]


def with_views(*numbers: int, after_us: int = 0) -> Callable[[object], bool]:
    """Return a test for a bundle with pictures of all these views."""
    return lambda m: (
        isinstance(m, FrameBundle)
        and all(
            any(f.view == n and len(f.payload) and f.capture_time_us > after_us for f in m.frames)
            for n in numbers
        )
    )


def of_view(bundle: FrameBundle, number: int) -> CameraFrame:
    return next(frame for frame in bundle.frames if frame.view == number)


def grey(frame: CameraFrame) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(frame.payload, "GRAY")
    assert pixels.shape[:2] == (frame.height, frame.width)
    return pixels[:, :, 0]


async def test_regions_are_pieces_of_the_whole_picture_and_others_see_nothing_of_them(
    tmp_path: Path,
) -> None:
    with started(tmp_path) as system:
        async with system.viewer() as plain, system.viewer() as viewer:
            await plain.pictures({LARGE})
            await viewer.until(lambda m: isinstance(m, FrameBundle) and len(m.frames) == 2)
            native, inner, corner = await subscribed(viewer, NATIVE, INNER, CORNER)
            bundle = await viewer.until(with_views(native, inner, corner))
            whole = of_view(bundle, native)
            assert (whole.width, whole.height) == (WIDTH, HEIGHT)
            image = grey(whole)
            for number, sides in ((inner, (400, 296, 320, 248)), (corner, (1200, 896, 96, 80))):
                part = of_view(bundle, number)
                x, y, width, height = sides
                assert (part.x, part.y, part.region_width, part.region_height) == sides
                assert (part.source_width, part.source_height) == (WIDTH, HEIGHT)
                assert part.frame_id == whole.frame_id
                assert (part.width, part.height) == (width, height), "at its own size"
                np.testing.assert_array_equal(grey(part), image[y : y + height, x : x + width])
            # Frames, not pictures, are what the others see, at the stream's size.
            for _ in range(10):
                other = await plain.until(lambda m: isinstance(m, FrameBundle))
                assert [frame.view for frame in other.frames] == [0, 0]
            assert (await plain.until(picture_after(LARGE, 1))).frames[LARGE].width == 400


async def test_a_view_of_a_triggered_camera_shows_the_frame_that_is_there(tmp_path: Path) -> None:
    system, run = simulated_system(tmp_path, SCENARIO, tables=TABLES)
    with system, run.control("TRIGGERED") as trigger:
        async with system.viewer() as viewer:
            await viewer.pictures({LARGE})
            trigger.pulse()
            bundle = await viewer.until(picture_after(TRIGGERED, 1))
            frame = bundle.frames[TRIGGERED]
            (small,) = await subscribed(viewer, SMALL, cameras=(TRIGGERED,))
            bundle = await viewer.until(with_views(small))
            assert of_view(bundle, small).frame_id == frame.frame_id
            assert of_view(bundle, small).capture_time_us == frame.capture_time_us
            assert of_view(bundle, small).width == 160
        assert trigger.counters()["produced"] == 1


async def test_views_are_back_after_kill_9(tmp_path: Path) -> None:
    system, run = simulated_system(tmp_path, SCENARIO, tables=TABLES)
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({LARGE})
            (inner,) = await subscribed(viewer, INNER)
            await viewer.until(with_views(inner))
            with run.control("LARGE") as control:
                os.kill(control["owner_pid"], signal.SIGKILL)
            killed_us = time.time_ns() // 1000
            bundle = await viewer.until(with_views(inner, after_us=killed_us))
            assert grey(of_view(bundle, inner)).shape == (248, 320)
            assert system.grabber is not None
            system.grabber.kill()
            killed_us = time.time_ns() // 1000
            system.start_grabber()
            bundle = await viewer.until(with_views(inner, after_us=killed_us))
            assert grey(of_view(bundle, inner)).shape == (248, 320)
