"""Scenes with a GenTL producer, each in a process of its own.

:func:`play` starts ``python -m tests.fakes.gentl.scenes_in_child SCENE`` with keyword arguments as
JSON on standard input and returns what the scene returned. A crash of the child is an
AssertionError that tells its exit code.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Literal

from tests.fakes.gentl.producers import child_environment

TIMEOUT_S = 30.0


def play(scene: str, variables: Mapping[str, str] | None = None, **arguments: Any) -> Any:
    """Run a scene in a child; ``variables`` go into its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.gentl.scenes_in_child", scene],
        env=child_environment(**(variables or {})),
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        timeout=2 * TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{scene} ended with {done.returncode}:\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def plain_create(cti: str, serial: str) -> str:
    """Open a camera as the Harvesters manual says; return the exception's name or "opened"."""
    from harvesters.core import Harvester

    harvester = Harvester()
    harvester.add_file(cti)
    harvester.update()
    try:
        harvester.create({"serial_number": serial})
    except Exception as error:  # noqa: BLE001  the name is the result
        return type(error).__name__
    return "opened"


def open_camera(cti: str, serial: str, frames: int, encoding: str = "gbk") -> dict[str, Any]:
    """Open a camera and take some frames; tell who it is, the frames and the counters."""
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.features.access import write_feature
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.acquisition.stream.drain import BufferDrain
    from camstrm.acquisition.stream.statistics import StreamStatistics

    producer = GentlProducer(cti, text_encoding=encoding)
    producer.open()
    camera = Camera(producer, serial)
    camera.open()
    write_feature(camera.node_map, "AcquisitionFrameRate", 200.0)
    statistics = StreamStatistics()
    drain = BufferDrain(producer.library, camera.start(8), statistics)
    timeouts = 0
    sizes: list[tuple[int, int, int]] = []
    deadline = time.monotonic() + TIMEOUT_S
    # A machine that is busy may have a frame ready each time: a timeout is waited for.
    while (len(sizes) < frames or not timeouts) and time.monotonic() < deadline:
        # Shorter than a frame period: ordinary timeouts are part of the scene.
        timeouts += not drain.drain(0.001)
        frame = drain.take()
        if frame is not None:
            with frame:
                sizes.append((frame.width, frame.height, frame.data.size))
    del sizes[frames:]
    drain.close()
    refused = write_feature(camera.node_map, "Width", 10_000, clamp=False)
    camera.close(answers=True)
    user_name = camera.info.user_name
    producer.close()
    return {
        "sizes": sizes,
        "timeouts": timeouts,
        "refused": str(refused),
        "user_name": user_name,
        "statistics": statistics.counts(),
    }


def try_cameras(cti: str, serials: list[str], frames: int = 2) -> dict[str, Any]:
    """Open each camera and take some frames; return its frames' sizes or its error's text.

    "log": what was logged from INFO up.
    """
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.acquisition.stream.drain import BufferDrain
    from camstrm.acquisition.stream.statistics import StreamStatistics
    from camstrm.errors import CameraError

    log: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: log.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("camstrm").addHandler(handler)
    logging.getLogger("camstrm").setLevel(logging.INFO)
    producer = GentlProducer(cti)
    producer.open()

    def frames_of(camera: Camera) -> list[tuple[int, int]]:
        camera.payload_size()
        statistics = StreamStatistics()
        handles = camera.start(4)
        drain = BufferDrain(
            producer.library, handles, statistics, pixel_format=camera.pixel_format_code()
        )
        sizes: list[tuple[int, int]] = []
        deadline = time.monotonic() + TIMEOUT_S
        while len(sizes) < frames and time.monotonic() < deadline:
            drain.drain(0.1)
            frame = drain.take()
            if frame is not None:
                with frame:
                    sizes.append((frame.width, frame.height))
        drain.close()
        return sizes

    told: dict[str, Any] = {}
    for serial in serials:
        camera = Camera(producer, serial)
        try:
            camera.open()
            told[serial] = frames_of(camera)
        except CameraError as error:
            told[serial] = str(error)
        camera.close(answers=True)
    producer.close()
    return {**told, "log": log}


def write_numbers(xml: dict[str, str]) -> dict[str, list[tuple[bool, str]]]:
    """Write 110, and then what it has, to the feature F of node maps over memory.

    The four bytes at 0x10 hold 100, all others 0.
    """
    from camstrm.acquisition.features.access import read_feature, write_feature
    from tests.fakes.gentl.memory_port import node_map_over_memory

    told = {}
    for name, text in xml.items():
        node_map = node_map_over_memory(text.encode(), {0x10: b"\x64\0\0\0"})
        first = write_feature(node_map, "F", 110.0)
        second = write_feature(node_map, "F", read_feature(node_map, "F").value or 0.0)
        told[name] = [(first.applied, first.reason), (second.applied, second.reason)]
    return told


def camera_error(cti: str, serial: str, encoding: str = "gbk") -> list[str]:
    """Try to open a camera twice; return the errors' names and problems."""
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.errors import CameraError

    producer = GentlProducer(cti, text_encoding=encoding)
    producer.open()
    told = []
    for _ in range(2):
        camera = Camera(producer, serial)
        try:
            camera.open()
            told.append("opened")
            camera.close(answers=True)
        except CameraError as error:
            told.append(f"{type(error).__name__}: {error.problem}")
    producer.close()
    return told


def run_worker(
    cti: str,
    serial: str,
    until: list[str],
    drain: Literal["event", "poll"] = "event",
    stall_timeout_s: float = 0.3,
) -> dict[str, Any]:
    """Run an AcquisitionWorker until its conditions were those of ``until``, in this order.

    A frame is taken whenever there is one; the word "frames" in ``until`` waits for three.
    """
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.acquisition.worker.settings import AcquisitionSettings
    from camstrm.acquisition.worker.worker import AcquisitionWorker
    from camstrm.camera_state import CameraState
    from camstrm.profiles import Quirks
    from tests.fakes.simulator_settings import configure_small

    producer = GentlProducer(cti)
    producer.open()
    told: list[tuple[str, str]] = []
    changed = threading.Event()

    def on_change() -> None:
        condition = worker.condition
        told.append((CameraState(condition.state).name.lower(), condition.reason))
        changed.set()

    settings = AcquisitionSettings(
        serial=serial,
        name="cam",
        quirks=Quirks(drain=drain, open_retry_interval_s=0.02),
        stall_timeout_s=stall_timeout_s,
        retry_s=(0.02,),
    )
    configurator: Any = SimpleNamespace(
        configure=lambda camera, _live: configure_small(camera),
        buffer_count=lambda rate, size: 8,
    )
    worker = AcquisitionWorker(producer, settings, configurator, on_change)
    worker.start()
    frames, waiting = 0, list(until)
    deadline = time.monotonic() + TIMEOUT_S
    while waiting and time.monotonic() < deadline:
        changed.wait(0.01)
        changed.clear()
        frame = worker.take()
        if frame is not None:
            frame.release()
            frames += 1
        if waiting[0] == "frames":
            reached = frames >= 3
        else:
            wanted = [word for word in until[: 1 - len(waiting) or None] if word != "frames"]
            reached = _in_order(wanted, [state for state, _ in told])
        if reached:
            waiting.pop(0)
    worker.stop()
    ended = worker.join(TIMEOUT_S)
    producer.close()
    return {
        "missing": waiting,
        "told": told,
        "frames": frames,
        "ended": ended,
        "statistics": worker.statistics.counts(),
    }


def camera_script(cti: str, folder: str, steps: list[list[Any]]) -> list[Any]:
    """Do steps with simulated cameras; return what each step gave.

    ["set", section, knobs], ["open", selector] (gives the DeviceInfo, or the error's class and
    text), ["node serial"], ["close"], ["devices"] (with addresses), ["scans", section].
    ``folder``: of the cameras' knobs.
    """
    from dataclasses import asdict
    from pathlib import Path

    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.errors import CameraError
    from tests.simulator.control import CameraControl

    producer = GentlProducer(cti)
    producer.open()
    camera: Camera | None = None
    given: list[Any] = []
    for what, *arguments in steps:
        result: Any = None
        if what == "set":
            with CameraControl(Path(folder), arguments[0]) as control:
                control.set(**arguments[1])
        elif what == "scans":
            with CameraControl(Path(folder), arguments[0]) as control:
                result = control["scans"]
        elif what == "open":
            camera = Camera(producer, arguments[0])
            try:
                camera.open()
                result = asdict(camera.info)
            except CameraError as error:
                result = f"{type(error).__name__}: {error}"
        elif what == "node serial":
            assert camera is not None
            result = camera.node_serial()
        elif what == "close":
            assert camera is not None
            camera.close(answers=True)
        else:
            result = [asdict(device) for device in producer.devices(addresses=True)]
        given.append(result)
    producer.close()
    return given


def second_producer(cti: str) -> str:
    """Open the same producer twice; return what the second one says."""
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.errors import ProducerError

    first, second = GentlProducer(cti), GentlProducer(cti)
    first.open()
    try:
        second.open()
    except ProducerError as error:
        return error.problem
    return f"{len(second.devices())} devices"


def _in_order(wanted: list[str], states: list[str]) -> bool:
    remaining = iter(states)
    return all(word in remaining for word in wanted)


_SCENES: dict[str, Callable[..., Any]] = {
    scene.__name__: scene
    for scene in (
        plain_create,
        open_camera,
        try_cameras,
        write_numbers,
        camera_error,
        camera_script,
        run_worker,
        second_producer,
    )
}


def main(arguments: list[str]) -> None:
    """Child side."""
    result = _SCENES[arguments[0]](**json.load(sys.stdin))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
    # A producer's own exit handlers are not what is tested.
    os._exit(0)
