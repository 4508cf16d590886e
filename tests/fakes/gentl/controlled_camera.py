"""A simulated camera under its worker, whose control thread a test asks; in a child process.

:func:`in_child` runs a function of a test module in ``python -c``, which loads the producer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.fakes.gentl.producers import child_environment
from tests.simulator.build import build_simulator
from tests.simulator.control import CameraControl
from tests.simulator.scenario import RunnableScenario, Scenario

__all__ = ["ControlledCamera", "in_child", "open_producer"]

LONG_S = 30.0

BUFFERS = 400
"""A second of frames at 400 fps: a busy machine does not count."""


def in_child(scene: Callable[..., Any], scenario: RunnableScenario, **arguments: Any) -> Any:
    """Call ``scene(folder, **arguments)`` in a process of its own; return what it returned.

    ``folder``: of the cameras' knobs. Arguments and result are JSON.
    """
    code = f"""
import json, os, sys, traceback
from {scene.__module__} import {scene.__name__} as scene
try:
    print()
    print(json.dumps(scene(**json.loads(sys.argv[1]))), flush=True)
except BaseException:
    # The threads of a scene that failed are still running.
    traceback.print_exc()
    os._exit(1)
"""
    folder = str(scenario.control_folder)
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps({"folder": folder, **arguments})],
        env=child_environment(**scenario.variables),
        capture_output=True,
        text=True,
        timeout=2 * LONG_S,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}:\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def scenario_of(folder: Path, *cameras: Any) -> RunnableScenario:
    """Write a scenario with these cameras."""
    build_simulator()
    return Scenario(tuple(cameras)).write(folder)


def open_producer() -> Any:
    """Open the simulator in this process."""
    from camstrm.acquisition.gentl.producer import GentlProducer

    producer = GentlProducer(str(build_simulator()), shared=True)
    producer.open()
    return producer


class ControlledCamera:
    """One camera, with a thread that takes its newest frame 30 times a second."""

    def __init__(
        self,
        producer: Any,
        folder: str,
        serial: str,
        features: Mapping[str, Any] | None = None,
        *,
        buffers: int = BUFFERS,
        take: bool = True,
    ) -> None:
        from camstrm.acquisition.worker.configure import CameraConfigurator
        from camstrm.acquisition.worker.settings import AcquisitionSettings
        from camstrm.acquisition.worker.worker import AcquisitionWorker
        from camstrm.config import CameraSettings
        from camstrm.profiles import load_profiles

        self.knobs = CameraControl(Path(folder), serial)
        self.states: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        camera = CameraSettings(serial=serial, features=dict(features or {}), num_buffers=buffers)
        self.worker = AcquisitionWorker(
            producer,
            AcquisitionSettings(serial=serial, name=serial, retry_s=(0.05,)),
            CameraConfigurator(load_profiles()["generic"], camera),
            self._changed,
        )
        self.control = self.worker.control
        self._end = threading.Event()
        self._taker = threading.Thread(target=self._take)
        self.worker.start()
        if take:
            self._taker.start()

    def _changed(self) -> None:
        from camstrm.camera_state import CameraState

        name = CameraState(self.worker.condition.state).name.lower()
        if not self.states or self.states[-1] != name:
            self.states.append(name)

    def _take(self) -> None:
        while not self._end.wait(1 / 30):
            frame = self.worker.take()
            if frame is not None:
                with frame:
                    size = frame.width, frame.height
                if not self.sizes or self.sizes[-1] != size:
                    self.sizes.append(size)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so; AssertionError if that takes too long."""
        deadline = time.monotonic() + LONG_S
        while not holds():
            assert time.monotonic() < deadline, (self.states, self.worker.condition)
            time.sleep(0.002)

    def wait_frames(self, count: int = 3) -> None:
        """Wait for so many more frames, and for the state that goes with them."""
        before = self.worker.statistics.delivered
        self.wait_until(lambda: self.worker.statistics.delivered >= before + count)
        self.wait_until(lambda: self.states[-1] == "streaming")

    def send(self, job: Callable[[Any], Any], key: Any = None) -> Answer:
        """Submit a job."""
        answer = Answer()
        self.control.submit(job, answer, key)
        return answer

    def ask(self, job: Callable[[Any], Any]) -> Any:
        """Submit a job and return what came of it."""
        return self.send(job).result

    def get(self, feature: str) -> Any:
        """Read a feature."""
        from camstrm.acquisition.features.access import read_feature

        return self.ask(lambda camera: read_feature(camera.node_map, feature).value)

    def close(self) -> dict[str, Any]:
        """End it; return the counters of the worker and of the simulator."""
        self._end.set()
        if self._taker.ident is not None:
            self._taker.join()
        counters, states = self.knobs.counters(), list(self.states)
        self.worker.stop()
        assert self.worker.join(LONG_S)
        counts = self.worker.statistics.counts()
        self.knobs.close()
        return {
            **{f"sim_{name}": value for name, value in counters.items()},
            **counts,
            "states": states,
            "sizes": self.sizes,
        }


class Answer:
    """What a job is answered with."""

    def __init__(self) -> None:
        self._results: list[Any] = []
        self._came = threading.Event()

    def __call__(self, result: Any) -> None:
        self._results.append(result)
        self._came.set()

    @property
    def came(self) -> bool:
        """Whether it is there."""
        return self._came.is_set()

    @property
    def result(self) -> Any:
        """The one answer; waits for it."""
        assert self._came.wait(LONG_S)
        (result,) = self._results
        return result


def writing(feature: str, value: Any) -> Callable[[Any], Any]:
    """Return a job that writes a feature, and raises CallError where that is refused."""
    from camstrm.acquisition.features.access import write_feature
    from camstrm.errors import CallError

    def job(camera: Any) -> Any:
        result = write_feature(camera.node_map, feature, value, clamp=False)
        if not result.applied:
            raise CallError(result.reason)
        return result.value

    return job
