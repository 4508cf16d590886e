"""A camera that plays a script: stands in for Camera and its producer under a real worker.

Each time the worker opens the camera the next :class:`Opening` is played. Its steps are
what happens at each wait for a buffer: "frame", "incomplete", "nothing" (the wait's
timeout goes by), "gone" (the producer refuses), or a function to call. After the last
step nothing happens any more and :attr:`Scene.finished` is set.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from camstrm.acquisition.control.live_values import LiveValues
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.stream.drain import StreamHandles
from camstrm.acquisition.worker import worker as worker_module
from camstrm.acquisition.worker.settings import AcquisitionSettings
from camstrm.acquisition.worker.stop_signal import StopSignal
from camstrm.acquisition.worker.worker import AcquisitionWorker
from camstrm.camera_state import CameraState
from camstrm.profiles import Quirks
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.scripted_library import HANDLES, FakeGentlLibrary

LONG_S = 30.0

CLOSED, OPENING = CameraState.CLOSED, CameraState.OPENING
STREAMING, STALLED, LOST = CameraState.STREAMING, CameraState.STALLED, CameraState.LOST
WAITING = CameraState.WAITING_FOR_TRIGGER

Step = str | Callable[[], None]

SILENCE: list[Step] = ["nothing"] * 11
"""More than the 2 s after which a camera counts as stalled."""


def nothing() -> None:
    """Do nothing."""


@dataclass
class Opening:
    """What happens when the worker opens the camera."""

    steps: Sequence[Step] = ()
    error: Exception | None = None
    configure_error: Exception | None = None
    rate: float | FrameRate | None = 100.0
    triggered: bool = False
    underrun: int = 0
    on_open: Callable[[], None] = nothing
    on_configure: Callable[[], None] = nothing
    on_start: Callable[[], None] = nothing
    bus: str = "GEV"
    heartbeat_s: float = 0.0
    node_serial: str = ""


class ScriptedLibrary(FakeGentlLibrary):
    """Plays the steps of one opening."""

    def __init__(self, scene: Scene, opening: Opening) -> None:
        super().__init__(count=8)
        self.underrun = opening.underrun
        self._scene = scene
        self._steps = iter(opening.steps)

    def wait_new_buffer(self, event: int, timeout_ms: int) -> tuple[int, int]:
        if self.output or not timeout_ms:
            return super().wait_new_buffer(event, timeout_ms)
        step = next(self._steps, None)
        if step is None:
            self._scene.finished.set()
            self._scene.over.wait(0.001)
        elif callable(step):
            step()
        elif step == "nothing":
            self._scene.clock.advance(timeout_ms / 1000)
        elif step == "gone":
            return GcError.IO, 0
        else:
            self.deliver(IS_INCOMPLETE=int(step == "incomplete"))
        return super().wait_new_buffer(event, timeout_ms)


class PauseRecorder(StopSignal):
    """The worker's stop signal; waiting for it takes no time but is written down."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.pauses: list[float] = []
        self.on_pause: Callable[[], None] = nothing

    def wait(self, timeout_s: float) -> bool:
        self.pauses.append(timeout_s)
        self.clock.advance(timeout_s)
        self.on_pause()
        return self.is_set()


class Scene:
    """A worker on a scripted camera; ``calls`` is what the worker did with the camera."""

    def __init__(
        self,
        patch: pytest.MonkeyPatch,
        *openings: Opening,
        configure: Callable[[Any], None] | None = None,
        **settings: Any,
    ) -> None:
        self.clock = FakeClock()
        self.calls: list[str] = []
        self.told: list[tuple[int, str]] = []
        self.since: list[int] = []
        self.finished = threading.Event()
        self.over = threading.Event()
        self.library: ScriptedLibrary | None = None
        self.text_encoding = "gbk"
        self.cti = "scripted.cti"
        self._openings = iter(openings)
        self._configure = configure
        self._bus = openings[0].bus if openings else ""
        patch.setattr(worker_module, "Camera", self._camera)
        self.worker = AcquisitionWorker(
            self,  # type: ignore[arg-type]  # it has what the worker asks of a producer
            AcquisitionSettings(
                **{
                    "serial": "7",
                    "name": "left",
                    "quirks": Quirks(open_retry_interval_s=3.5),
                    "retry_s": (0.5, 1.0, 2.0, 4.0, 8.0),
                    **settings,
                }
            ),
            self,  # type: ignore[arg-type]  # and what it asks of a configurator
            self._changed,
            self.clock,
        )
        self.stop = PauseRecorder(self.clock)
        self.worker._stop = self.stop

    @property
    def pauses(self) -> list[float]:
        return self.stop.pauses

    def device(self, selector: str) -> DeviceInfo:
        """Return what a producer knows of a camera that it has not seen."""
        return DeviceInfo(self.cti, selector, tl_type=self._bus)

    def play(self) -> None:
        """Run the worker to the end of the script and stop it."""
        self.worker.start()
        assert self.finished.wait(LONG_S), self.calls
        self.end()

    def end(self) -> None:
        """Stop the worker."""
        self.worker.stop()
        self.over.set()
        assert self.worker.join(LONG_S)

    def play_until_stopped(self) -> None:
        """Run the worker until the script has stopped it."""
        self.worker.start()
        assert self.worker.join(LONG_S), self.calls

    def states(self) -> list[int]:
        """Return the states that were told, each once in a row."""
        states = [state for state, _ in self.told]
        return [s for i, s in enumerate(states) if not i or states[i - 1] is not s]

    def _changed(self) -> None:
        condition = self.worker.condition
        self.told.append((condition.state, condition.reason))
        self.since.append(condition.since_us)

    def _camera(self, _producer: object, serial: str, **options: Any) -> ScriptedCamera:
        return ScriptedCamera(self, next(self._openings, Opening()), serial, options)

    def configure(self, camera: Any, live: LiveValues) -> None:
        self.live = live.settings()
        if self._configure is not None:
            self._configure(camera)
        camera.configure()

    def configure_stream(self, _camera: Any, buffers: int) -> None:
        self.calls.append(f"stream of {buffers}")

    def buffer_count(self, _rate: float | None, _payload_size: int) -> int:
        return 8


@dataclass
class ScriptedCamera:
    """What a worker uses of a Camera."""

    scene: Scene
    opening: Opening
    serial: str
    options: dict[str, Any] = field(default_factory=dict)
    loss_percent: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    node_map: Any = None
    register_writes: int = 0
    name: str = "left"

    @property
    def info(self) -> DeviceInfo:
        return DeviceInfo("scripted.cti", self.serial, "Maker", "Model", self.opening.bus)

    def open(self) -> None:
        self.scene.calls.append("open")
        self.opening.on_open()
        if self.opening.error is not None:
            raise self.opening.error

    def configure(self) -> None:
        self.scene.calls.append("configure")
        self.opening.on_configure()
        if self.opening.configure_error is not None:
            raise self.opening.configure_error

    def frame_rate(self) -> FrameRate:
        rate = self.opening.rate
        return rate if isinstance(rate, FrameRate) else FrameRate(rate, rate is not None)

    def image_size(self) -> tuple[int, int]:
        return 0, 0

    def timestamp_frequency(self) -> int:
        return 0

    def heartbeat_s(self) -> float:
        return self.opening.heartbeat_s

    def report_loss(self, percent: int) -> None:
        if percent != self.loss_percent:
            self.scene.calls.append(f"loss {percent} %")
        self.loss_percent = percent

    def payload_size(self, _size: tuple[int, int] | None = None, _format_code: int = 0) -> int:
        return 8

    def pixel_format_code(self) -> int:
        return 0x01080001

    def node_serial(self) -> str:
        return self.opening.node_serial

    def is_triggered(self) -> bool:
        return self.opening.triggered

    def stop(self) -> None:
        self.scene.calls.append("stop")

    def abandon_start(self) -> None:
        self.scene.calls.append("abandon")

    def interrupt(self, _thread: int) -> None:
        self.interrupted = True

    def start(self, num_buffers: int) -> StreamHandles:
        self.scene.calls.append(f"start {num_buffers}")
        self.scene.library = ScriptedLibrary(self.scene, self.opening)
        self.opening.on_start()
        return HANDLES

    def close(self, *, answers: bool) -> None:
        self.scene.calls.append("close" if answers else "close, gone")


MakeScene = Callable[..., Scene]
"""Makes a worker on the openings given; settings go to AcquisitionSettings."""
