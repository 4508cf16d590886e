"""The control thread of a camera that the test holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from camstrm.acquisition.control.control import CameraControl
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.errors import CallError, CameraError
from tests.fakes.clock import FakeClock

LONG_S = 30.0


class FakeCamera:
    """What the control thread uses of a Camera; ``calls`` says in which order."""

    def __init__(self) -> None:
        self.name = "left"
        self.lock = threading.RLock()
        self.node_map = self
        self.register_writes = 0
        self.calls: list[str] = []
        self.interrupted = threading.Event()
        self.fails: dict[str, list[Exception]] = {}
        self.rate = FrameRate(100.0, True)
        self.triggered = False

    def call(self, what: str) -> None:
        self.calls.append(what)
        errors = self.fails.get(what)
        if errors:
            raise errors.pop(0)

    def poll(self, elapsed_ms: int) -> None:
        self.call(f"poll {elapsed_ms}")

    def interrupt(self, _thread: int) -> None:
        self.interrupted.set()

    def stop(self) -> None:
        self.call("stop")

    def abandon_start(self) -> None:
        self.call("abandon")

    def frame_rate(self) -> FrameRate:
        self.call("rate")
        return self.rate

    def is_triggered(self) -> bool:
        return self.triggered


class Answer:
    """Takes what a job is answered with."""

    def __init__(self) -> None:
        self.results: list[Any] = []
        self._came = threading.Event()

    def __call__(self, result: Any) -> None:
        self.results.append(result)
        self._came.set()

    @property
    def result(self) -> Any:
        assert self._came.wait(LONG_S)
        (result,) = self.results
        return result

    @property
    def code(self) -> str:
        assert isinstance(self.result, CallError), self.result
        return self.result.code


class Desk:
    """A control thread with its camera open, and a job that holds it up."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.camera = FakeCamera()
        self.reconnects: list[str] = []
        self.control: CameraControl[str] = CameraControl(
            "left",
            why_gone=lambda: "no frame for 2.0 s",
            on_reconnect=lambda: self.reconnects.append("now"),
            clock=self.clock,
        )
        self.go_on = threading.Event()
        self.control.start()
        self.open()

    def open(self) -> None:
        self.control.opened(self.camera, self.restart)  # type: ignore[arg-type]

    def restart(self, camera: Any) -> str:
        camera.call("start")
        return f"stream {camera.calls.count('start')}"

    def submit(self, job: Callable[[Any], Any], key: Any = None) -> Answer:
        answer = Answer()
        self.control.submit(job, answer, key)
        return answer

    def watch(self, look: Callable[[Any], Any]) -> Answer:
        answer = Answer()
        self.control.submit_watch(look, answer)
        return answer

    def hold(self) -> Answer:
        """Let the thread be busy until ``go_on``."""
        begun = threading.Event()

        def job(_: Any) -> str:
            begun.set()
            assert self.go_on.wait(LONG_S)
            return "held"

        answer = self.submit(job)
        assert begun.wait(LONG_S)
        return answer

    def wait_idle(self) -> None:
        """Wait until all that was submitted is done."""
        assert self.submit(lambda _: "idle").result == "idle"

    def stand_aside(self) -> None:
        """Be the worker that keeps a pause."""
        while (pause := self.control.take_pause()) is None:
            pass
        try:
            self.camera.calls.append(f"goes on with {pause.stop()}")
        except CameraError as error:
            self.camera.calls.append(f"ends: {error.problem}")


def returning(number: int) -> Callable[[Any], int]:
    return lambda _: number


def call(what: str) -> Callable[[Any], None]:
    def job(camera: Any) -> None:
        camera.call(what)

    return job


def lock_is_free(camera: FakeCamera) -> bool:
    """Return whether another thread gets the camera's lock."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(camera.lock.acquire, blocking=False).result()


def refuse(_: Any) -> None:
    raise CameraError("left", "the value is refused")
