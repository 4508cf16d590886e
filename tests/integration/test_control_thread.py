"""What is asked of a camera while it streams: the control thread under real Harvesters."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.gentl.controlled_camera import (
    ControlledCamera,
    in_child,
    open_producer,
    scenario_of,
    writing,
)
from tests.simulator.scenario import RunnableScenario, reference_cameras

LEFT, RIGHT, _ = reference_cameras()
LOUD = dataclasses.replace(LEFT, control_timeout_ms=20, control_retries=1)
"""A camera whose registers give up soon once it is gone."""

MANUAL = {"ExposureAuto": "Off", "ExposureTime": 1000.0, "GainAuto": "Off"}


@pytest.fixture
def two(tmp_path: Path) -> RunnableScenario:
    return scenario_of(tmp_path, LOUD, RIGHT)


def check_nothing_lost(counters: dict[str, Any]) -> None:
    assert (counters["incomplete"], counters["underrun"], counters["rejected"]) == (0, 0, 0)
    assert counters["gaps"] <= counters["sim_behind"], "what the simulated sensor itself skipped"
    assert (counters["sim_underrun"], counters["sim_dropped"]) == (0, 0)
    assert counters["reconnects"] == 0
    assert counters["sim_opens"] == 1


def settings_beside_a_stream(folder: str) -> dict[str, Any]:
    """Set the exposure 40 times, and three times as often as the registers allow."""
    producer = open_producer()
    left = ControlledCamera(producer, folder, LEFT.serial, MANUAL)
    right = ControlledCamera(producer, folder, RIGHT.serial)
    for camera in (left, right):
        camera.wait_frames()
    left.knobs.set(register_ms=10)
    answers = []
    for number in range(40):
        value = 100.0 + number
        answers.append((value, left.send(writing("ExposureTime", value), "ExposureTime")))
        left.wait_frames(8)
    results = [(value, answer.result) for value, answer in answers]
    done = [value for value, result in results if result == value]
    replaced = [value for value, result in results if getattr(result, "code", "") == "replaced"]
    last = left.get("ExposureTime")
    counters = [camera.close() for camera in (left, right)]
    producer.close()
    return {
        "done": done,
        "replaced": replaced,
        "asked": len(answers),
        "last": last,
        "counters": counters,
    }


def test_slow_registers_lose_no_frame_and_the_newest_value_wins(two: RunnableScenario) -> None:
    told = in_child(settings_beside_a_stream, two)
    assert len(told["done"]) + len(told["replaced"]) == told["asked"]
    assert told["done"] == sorted(told["done"])
    assert told["done"][-1] == told["last"] == 139.0
    for counters in told["counters"]:
        check_nothing_lost(counters)
        assert counters["reconfigured"] == 0
        assert counters["states"][-1] == "streaming"


def a_locked_feature(folder: str) -> dict[str, Any]:
    """Set Width with the stream stopped, once a possible value and once an impossible one."""
    producer = open_producer()
    left = ControlledCamera(producer, folder, LEFT.serial, MANUAL)
    right = ControlledCamera(producer, folder, RIGHT.serial)
    for camera in (left, right):
        camera.wait_frames()
    left.wait_until(lambda: len(left.sizes) > 0)
    locked = str(left.ask(writing("Width", 320)))

    def stopped(value: int) -> Any:
        old = left.get("Width")
        there, back = writing("Width", value), writing("Width", old)
        return left.ask(lambda _: left.control.while_stopped(there, back))

    width, _ = stopped(320)
    left.wait_until(lambda: left.sizes[-1] == (320, 480))
    left.wait_frames(50)
    refused = str(stopped(5))
    left.wait_frames(50)
    after = left.get("Width")
    counters = [camera.close() for camera in (left, right)]
    producer.close()
    return {
        "locked": locked,
        "width": width,
        "refused": refused,
        "after": after,
        "counters": counters,
    }


def test_a_locked_feature_is_set_between_a_stop_and_a_start(two: RunnableScenario) -> None:
    told = in_child(a_locked_feature, two)
    assert "not writable now" in told["locked"]
    assert told["width"] == told["after"] == 320
    assert told["refused"]
    left, right = told["counters"]
    for counters in (left, right):
        check_nothing_lost(counters)
    assert left["sizes"] == [[640, 480], [320, 480]]
    assert (left["reconfigured"], left["sim_starts"]) == (2, 3)
    assert left["states"] == ["opening", "streaming", *["reconfiguring", "streaming"] * 2]
    assert (right["reconfigured"], right["sim_starts"]) == (0, 1)
    assert right["states"] == ["opening", "streaming"]


def a_camera_that_goes(folder: str) -> dict[str, Any]:
    """Unplug a camera while jobs wait and one is reading slow registers; plug it in again."""
    from camstrm.acquisition.features.access import read_feature
    from camstrm.feature import FeatureSetting

    producer = open_producer()
    left = ControlledCamera(producer, folder, LEFT.serial, MANUAL)
    left.wait_frames()
    value = left.ask(writing("ExposureTime", 777.0))
    left.control.live.note(FeatureSetting("ExposureTime", value))
    begun = threading.Event()

    def read_for_long(camera: Any) -> None:
        begun.set()
        for _ in range(10_000):
            result = read_feature(camera.node_map, "ExposureTime")
            if not result.applied:
                raise LookupError(result.reason)

    left.knobs.set(register_ms=1)
    running = left.send(read_for_long)
    assert begun.wait(30)
    waiting = [left.send(writing("Gain", 1.0)) for _ in range(3)]
    left.knobs.unplug(loud=True)
    codes = [getattr(a.result, "code", repr(a.result)) for a in waiting]
    kind = type(running.result).__name__
    left.wait_until(lambda: left.states[-1] == "lost")
    left.knobs.set(register_ms=0)
    gone = left.ask(writing("Gain", 1.0))
    left.knobs.replug()
    left.wait_until(lambda: left.states[-1] == "streaming")
    again = left.get("ExposureTime")
    live = [(s.feature, s.value) for s in left.control.live.settings()]
    counters = left.close()
    producer.close()
    return {
        "codes": codes,
        "kind": kind,
        "gone": (gone.code, gone.problem),
        "again": again,
        "live": live,
        "counters": counters,
    }


def test_all_are_answered_when_the_camera_goes_and_live_values_come_back(
    two: RunnableScenario,
) -> None:
    told = in_child(a_camera_that_goes, two)
    # A job that comes to its turn before the worker misses frames fails at a dead register.
    assert told["kind"] in ("CallError", "CameraError", "CameraLostError")
    assert set(told["codes"]) <= {"gone", "failed"}
    code, problem = told["gone"]
    assert code == "gone"
    assert problem.startswith(f"camera {LEFT.serial} is not open: ")
    assert told["again"] == 777.0, "the power cycle had reset it"
    assert told["live"] == [["ExposureTime", 777.0]]
    assert told["counters"]["reconnects"] == 1


def a_trigger_and_a_reconnect(folder: str) -> dict[str, Any]:
    """Switch the trigger on and off live, slow the camera down, then open it again."""
    producer = open_producer()
    left = ControlledCamera(producer, folder, LEFT.serial, MANUAL)
    left.wait_frames(200)
    left.ask(writing("TriggerMode", "On"))
    left.wait_until(lambda: left.states[-1] == "waiting_for_trigger")
    waits = left.worker.condition.healthy
    left.ask(writing("TriggerMode", "Off"))
    left.wait_frames()
    left.ask(writing("AcquisitionFrameRateEnable", True))
    left.ask(writing("AcquisitionFrameRate", 2.0))
    left.wait_until(lambda: round(1 / left.worker.interval_s) == 2)
    left.wait_frames(6)
    opens = left.knobs["opens"]
    states = list(left.states)
    left.control.reconnect()
    left.wait_until(lambda: left.knobs["opens"] == 2)
    left.wait_frames()
    counters = left.close()
    producer.close()
    return {"waits": waits, "opens": opens, "before": states, "counters": counters}


def test_what_is_set_live_is_no_fault_of_the_camera(two: RunnableScenario) -> None:
    told = in_child(a_trigger_and_a_reconnect, two)
    assert told["waits"]
    assert told["opens"] == 1
    assert "stalled" not in told["before"]
    assert "lost" not in told["before"]
    assert told["counters"]["reconnects"] == 1
    assert told["counters"]["states"][-2:] == ["opening", "streaming"]


def the_end_during_a_job(folder: str) -> dict[str, Any]:
    """Stop the worker while a job reads slow registers, and while a stream is stopped."""
    from camstrm.acquisition.features.access import read_feature

    ended = []
    producer = open_producer()
    for stop in (False, True):
        left = ControlledCamera(producer, folder, LEFT.serial, MANUAL)
        left.wait_frames()
        begun = threading.Event()

        def read_for_long(camera: Any, begun: threading.Event = begun) -> None:
            begun.set()
            while read_feature(camera.node_map, "ExposureTime").applied:
                pass

        def job(camera: Any, left: Any = left, stop: bool = stop, read: Any = read_for_long) -> Any:
            return left.control.while_stopped(read, read) if stop else read(camera)

        left.knobs.set(register_ms=2)
        answer = left.send(job)
        assert begun.wait(30)
        left.close()
        ended.append(answer.came)
    producer.close()
    return {"ended": ended}


def test_the_end_of_the_process_does_not_wait_for_a_long_job(two: RunnableScenario) -> None:
    assert in_child(the_end_during_a_job, two) == {"ended": [True, True]}
