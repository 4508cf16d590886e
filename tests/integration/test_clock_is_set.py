"""The server's clock is set forward and back by an hour while somebody watches: ages stay right."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

from camstrm.client.clock_offset import ClockOffset
from camstrm.wire import CameraState, FrameBundle, Status
from client_qt.model.camera_model import CameraModel
from tests.fakes.running_system import Command, Viewer
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import CameraSpec, Scenario

SET_CLOCK = Path(__file__).parents[1] / "fakes" / "set_clock"
PAGE_CLOCK = Path(__file__).parents[2] / "camstrm/bridge/page/static/server_clock.js"
HOUR_US = 3_600_000_000
WITHIN_S = 2.0

LIVE, GONE = 0, 1
SCENARIO = Scenario(tuple(CameraSpec(serial, frame_rate=30.0) for serial in ("LIVE", "GONE")))

PAGE = """
import { readFileSync } from "node:fs";
const { ServerClock } = await import(process.argv[1]);
const clock = new ServerClock();
const ages = [];
for (const { observe, age } of JSON.parse(readFileSync(0, "utf-8"))) {
  if (observe) clock.observe(...observe);
  else ages.push(clock.ageMs(...age));
}
console.log(JSON.stringify(ages));
"""


class Watcher:
    """What the models of a viewer make of what comes."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.clock = ClockOffset()
        self.cameras: dict[int, CameraModel] = {}
        self.pictures: dict[int, tuple[int, float]] = {}
        """Of the newest picture of each camera: capture time, and when it came."""
        self.steps: list[dict[str, Any]] = []
        """For the page's clock, as in tests/vectors/viewing/clock.json."""
        self.expected_s: list[float] = []
        """For each age of the steps."""
        self.state = {LIVE: 0, GONE: 0}

    async def until_statuses(self, count: int) -> None:
        """Take messages until so many of them were a status."""
        while count:
            message = await self.viewer.next()
            now = time.monotonic()
            if isinstance(message, Status):
                count -= 1
                self._observe(message.time_us, now)
                for camera in message.cameras:
                    self.state[camera.index] = camera.state
            elif isinstance(message, FrameBundle):
                self._observe(message.timestamp_us, now)
                for frame in message.frames:
                    if len(frame.payload):
                        self.pictures[frame.camera_index] = frame.capture_time_us, now
                        shown = self.cameras[frame.camera_index]
                        shown.show(frame.capture_time_us, self.clock, now)

    def check(self) -> None:
        """Compare the ages of the newest pictures with how long they are here."""
        now = time.monotonic()
        for index, (capture_us, came_s) in self.pictures.items():
            here_s = now - came_s
            for age in (
                self.clock.age(capture_us, now),
                self.cameras[index].age(self.clock, now),
            ):
                assert age is not None
                assert abs(age - here_s) < WITHIN_S, (index, age, here_s)
            self.steps.append({"age": [capture_us, now * 1e6]})
            self.expected_s.append(here_s)

    def check_page(self) -> None:
        """Let the page's clock have the same."""
        answer = subprocess.run(
            ["node", "--input-type=module", "-e", PAGE, str(PAGE_CLOCK)],
            input=json.dumps(self.steps),
            capture_output=True,
            text=True,
            check=True,
        )
        ages = json.loads(answer.stdout)
        assert len(ages) == len(self.expected_s)
        for age, expected in zip(ages, self.expected_s, strict=True):
            assert abs(age / 1000 - expected) < WITHIN_S, (ages, self.expected_s)

    def _observe(self, server_us: int, now: float) -> None:
        self.clock.observe(server_us, now)
        self.steps.append({"observe": [server_us, now * 1e6]})


async def test_ages_are_right_two_seconds_after_the_clock_was_set(tmp_path: Path) -> None:
    system, run = simulated_system(tmp_path, SCENARIO, process="stall_timeout_s = 0.5\n")
    ahead = tmp_path / "clock"

    def set_clock(ahead_us: int) -> None:
        with ahead.open("r+b") as file:
            file.write(struct.pack("<q", ahead_us))

    ahead.write_bytes(bytes(8))
    up = Command(
        ["up", str(system.config)],
        tmp_path / "up.log",
        PYTHONPATH=os.pathsep.join([str(SET_CLOCK), os.environ.get("PYTHONPATH", "")]),
        CAMSTRM_CLOCK_FILE=str(ahead),
        **run.variables,
    )
    try:
        async with system.viewer() as viewer:
            watcher = Watcher(viewer)
            hello = await viewer.until(lambda m: bool(getattr(m, "cameras", ())))
            watcher.cameras = {info.index: CameraModel(info) for info in hello.cameras}
            while len(watcher.pictures) < 2:
                await watcher.until_statuses(1)
            with run.control("GONE") as control:
                control.unplug(loud=False)
                while watcher.state[GONE] == CameraState.STREAMING:
                    await watcher.until_statuses(1)
                watcher.check()
                # On a busy machine its last picture may come after the status that says it is gone.
                old = None
                while old != watcher.pictures[GONE]:
                    old = watcher.pictures[GONE]
                    await watcher.until_statuses(1)
                for ahead_us in (HOUR_US, 0, -HOUR_US, 0):
                    set_clock(ahead_us)
                    await watcher.until_statuses(2)
                    assert watcher.pictures[GONE] == old
                    newest_us = watcher.pictures[LIVE][0]
                    assert abs(newest_us - time.time_ns() // 1000 - ahead_us) < HOUR_US / 2
                    watcher.check()
        watcher.check_page()
    finally:
        code = up.end()
    assert code == 0
    assert "Traceback" not in up.text
