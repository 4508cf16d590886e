"""Loads of the drain benchmark, and one measured run: a way of draining in a child process."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.loads import reference_load
from bench.measure import percentile
from camstrm.profiles import buffer_count, load_profiles
from tests.fakes.gentl.producers import child_environment
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

__all__ = [
    "FASTER",
    "FASTEST",
    "REFERENCE",
    "WITH_SILENT",
    "Load",
    "Outcome",
    "measure",
    "several",
]

_START_S = 40.0
"""Opening the cameras of a way and closing them again, on a busy machine."""


@dataclass(frozen=True)
class Load:
    """Cameras that stream, and ``silent`` ones: triggered, a frame in 2 s."""

    name: str
    cameras: tuple[CameraSpec, ...]
    silent: tuple[CameraSpec, ...] = ()

    @property
    def frames_per_s(self) -> float:
        """Of all cameras together."""
        return sum(camera.frame_rate for camera in self.cameras)


def _reference(small_fps: float, large_fps: float) -> tuple[CameraSpec, ...]:
    rates = (small_fps, small_fps, large_fps)
    return tuple(
        dataclasses.replace(camera, frame_rate=rate)
        for camera, rate in zip(reference_load(), rates, strict=True)
    )


REFERENCE = Load("2 x 400 + 60 fps", _reference(400.0, 60.0))
FASTER = Load("2 x 1600 + 100 fps", _reference(1600.0, 100.0))
FASTEST = Load("2 x 3200 + 100 fps", _reference(3200.0, 100.0))


def several(count: int) -> Load:
    """Return so many small cameras at 200 fps."""
    small = dataclasses.replace(reference_load()[0], frame_rate=200.0)
    cameras = tuple(dataclasses.replace(small, serial=f"DA{i:07}") for i in range(count))
    return Load(f"{count} x 200 fps", cameras)


_SILENT = tuple(
    dataclasses.replace(REFERENCE.cameras[0], serial=serial)
    for serial in ("DA0000003", "DA0000004")
)
WITH_SILENT = dataclasses.replace(
    REFERENCE, name=f"{REFERENCE.name} and two silent cameras", silent=_SILENT
)


@dataclass(frozen=True)
class Outcome:
    """What one run found.

    ``seconds``: of the measured window; everything but ``gaps`` counts within it.
    ``bundles``: rounds of encoding; ``round_ms`` and ``age_ms``: of each round, how long it
    took, and how old the first camera's frame was at its end. ``drain_s``: CPU time of the
    draining threads. ``produced``, ``fetched``, ``underrun``, ``behind``: the simulator's
    counters, over all cameras. ``gaps``: frame ids that never came and that the simulator does
    not account for.
    """

    seconds: float
    bundles: int
    bundle_bytes: int
    round_ms: tuple[float, ...]
    age_ms: tuple[float, ...]
    drain_s: float
    produced: int
    fetched: int
    underrun: int
    behind: int
    gaps: int

    @property
    def lost(self) -> int:
        """Frames that the sensor took and the drain did not get."""
        return self.underrun + self.gaps

    @property
    def bundles_per_s(self) -> float:
        """Rounds of encoding in a second."""
        return self.bundles / self.seconds

    @property
    def drain_us(self) -> float:
        """CPU time of the draining threads per frame that they got, in microseconds."""
        return self.drain_s * 1e6 / max(self.fetched, 1)

    @property
    def lost_percent(self) -> float:
        """Share of the frames that were lost."""
        return 100 * self.lost / max(self.produced, 1)

    def __str__(self) -> str:
        """Say all in one line."""
        return (
            f"{self.produced / self.seconds:.0f} fps made, {self.lost_percent:.2g} % lost, "
            f"round p50/p95 {percentile(self.round_ms, 50):.1f}/"
            f"{percentile(self.round_ms, 95):.1f} ms, age p50 {percentile(self.age_ms, 50):.1f} ms"
            + (f", simulator behind by {self.behind}" if self.behind else "")
        )


def measure(
    load: Load, way: str, seconds: float, *, encode: bool = True, buffered_s: float = 0.0
) -> Outcome:
    """Run ``way`` (a name of :mod:`bench.drain.child`) under ``load`` in a child process.

    ``encode`` False never takes a frame: draining alone. ``buffered_s``: buffers for so many
    seconds of frames, in place of as many as camstrm computes. Raises
    subprocess.CalledProcessError when the way fails, and SimulatorBuildError.
    """
    cti = build_simulator()
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        run = Scenario(load.cameras + load.silent).write(Path(folder))
        job = {
            "cti": str(cti),
            "control": str(run.control_folder),
            "cameras": [_camera(camera, buffered_s, silent=False) for camera in load.cameras]
            + [_camera(camera, buffered_s, silent=True) for camera in load.silent],
            "seconds": seconds,
            "encode": encode,
        }
        return Outcome(**_child(way, job, run.variables, seconds))


def _camera(camera: CameraSpec, buffered_s: float, *, silent: bool) -> dict[str, Any]:
    # As camstrm computes it; peers get the same number.
    generic = load_profiles()["generic"]
    wanted = math.ceil(camera.frame_rate * buffered_s)
    count = buffer_count(generic, camera.frame_rate, camera.width * camera.height, wanted)
    return {"serial": camera.serial, "buffers": count, "silent": silent}


def _child(
    way: str, job: dict[str, Any], variables: dict[str, str], seconds: float
) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.drain.child", way],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(**variables),
        check=True,
        timeout=seconds + _START_S,
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
