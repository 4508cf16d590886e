"""A lens is focused and kept through calls, on the real commands and a camera with a lens."""

from __future__ import annotations

import difflib
import time
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from camstrm.bridge.control.token_store import add_token
from camstrm.wire import Reply, unpack
from camstrm.wire.operations import FeatureValues, Kept, Measurement
from tests.fakes.bridge.running_bridge import TestViewer, connected_viewer
from tests.fakes.running_system import RunningSystem
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import CameraSpec, Scenario

BEST = 620
"""Where the simulator's lens is sharp."""

FPS = 100.0
SCENARIO = Scenario((CameraSpec("LENS", frame_rate=FPS, optics=True), CameraSpec("OTHER")))
TABLE = """\
# The lens of the left arm.
num_buffers = 50  # plenty
[camera.features]
# Found with the chart, in June.
ExposureTime = 2000.0  # microseconds
"""
SCENE = (0, 64, 640, 380)
"""Without the stamp, which is always sharp."""


T = TypeVar("T", bound=Struct)


def good(reply: Reply, cls: type[T]) -> T:
    assert reply.ok, reply
    return unpack(reply.result, cls, cls.__name__)


async def sharpness(viewer: TestViewer) -> float:
    """Return what is measured of a picture that was exposed after now."""
    begin_us = time.time_ns() / 1000 + 2e6 / FPS
    while True:
        found = good(await viewer.ask("measure", region=SCENE, bins=0), Measurement)
        if found.capture_time_us > begin_us:
            return found.sharpness


async def value(viewer: TestViewer, feature: str) -> tuple[object, bool]:
    """Return a feature's value, and whether the configuration has another."""
    found = good(await viewer.ask("values", features=[feature]), FeatureValues)
    return found.features[feature].value, found.features[feature].differs


async def story(system: RunningSystem, secret: str) -> None:
    async with connected_viewer(
        system.url + "/", headers={"Authorization": f"Bearer {secret}"}
    ) as viewer:
        assert (await viewer.ask("lease", action="take")).ok
        steps = (320, 470, 570, BEST, 670, 770, 920)
        sharp = []
        for step in steps:
            assert (await viewer.ask("set", feature="FocusStepper", value=step)).ok
            sharp.append(await sharpness(viewer))
        peak = steps.index(BEST)
        assert sharp[: peak + 1] == sorted(set(sharp[: peak + 1])), "it grows up to the peak"
        assert sharp[peak:] == sorted(set(sharp[peak:]), reverse=True), "and falls behind it"
        assert (await viewer.ask("set", feature="FocusStepper", value=BEST)).ok
        assert await value(viewer, "FocusStepper") == (BEST, True)
        before = system.config.read_text().splitlines()
        shown = good(await viewer.ask("keep"), Kept)
        assert not shown.written
        assert system.config.read_text().splitlines() == before
        kept = good(await viewer.ask("keep", write=True), Kept)
        assert (kept.file, kept.written, kept.toml) == (str(system.config), True, shown.toml)
        changes = [
            line
            for line in difflib.ndiff(before, system.config.read_text().splitlines())
            if line[0] in "+-?"
        ]
        line = f'"FocusStepper[OpticControllerSelector=Optic1]" = {BEST}'
        assert changes == [f"+ {line}"], "comments and order stay"


async def test_focus_through_calls_and_keep_over_a_restart(tmp_path: Path) -> None:
    system, _ = simulated_system(tmp_path, SCENARIO, tables={"LENS": TABLE})
    secret, _ = add_token(system.folder, "kim", "control")
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            await story(system, secret)
        assert system.grabber is not None
        assert system.grabber.end() == 0
        system.start_grabber()
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            async with connected_viewer(
                system.url + "/", headers={"Authorization": f"Bearer {secret}"}
            ) as caller:
                assert await value(caller, "FocusStepper") == (BEST, False)
                assert await value(caller, "ExposureTime") == (2000.0, False)
                again = good(await caller.ask("keep"), Kept)
                assert again.toml == "", "nothing is set live any more"
