"""AcquisitionWorker: one thread that keeps one camera streaming into a latest-frame slot."""

from __future__ import annotations

import enum
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.drain import BufferDrain
from camstrm.acquisition.gentl_errors import camera_errors
from camstrm.acquisition.producer import GentlProducer
from camstrm.acquisition.real_time import ask_for_real_time
from camstrm.acquisition.statistics import StreamStatistics
from camstrm.errors import CameraBusyError, CameraError, CameraLostError
from camstrm.frame import RawFrame

__all__ = [
    "RETRY_S",
    "RETRY_SHARED_S",
    "AcquisitionSettings",
    "AcquisitionWorker",
    "WorkerCondition",
    "WorkerState",
]

_log = logging.getLogger(__name__)

_WAIT_S = 0.2
"""Longest wait for a buffer: so late a stop, a stall or an underrun is seen."""

_AWAY_S = 1.0
"""A wait for a buffer that ends so late was a pause of this process or of the machine."""

RETRY_S = (0.5, 1.0)
"""Pauses between attempts to open a camera in seconds; the last one repeats."""

RETRY_SHARED_S = (0.5, 1.0, 2.0, 5.0)
"""The same in a process with other cameras: a scan holds the GIL, up to 1 s an interface."""

_BUSY_GROWTH = 1.5
_BUSY_GROWTH_MAX = 4.0
"""How the pause before a camera that is held is tried again grows, and how far.

Each attempt may keep a GigE camera locked for another heartbeat time, and without a profile
nobody knows how long that is.
"""

_HEARTBEAT_SPARE_S = 0.5
"""How much later than a camera's heartbeat time it is tried again."""

_REMIND_S = 60.0
"""Time between two log lines of a failure that stays the same."""

_STABLE_S = 10.0
"""A stream that ran for so long begins with the shortest pause again."""


class WorkerState(enum.Enum):
    """What a worker's camera does."""

    CLOSED = "closed"
    OPENING = "opening"
    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"


@dataclass(frozen=True)
class WorkerCondition:
    """State, since when (host UTC in microseconds) and why (empty while all is well)."""

    state: WorkerState
    since_us: int
    reason: str = ""


@dataclass(frozen=True)
class AcquisitionSettings:
    """How one camera is run.

    ``configure`` sets the features of an open, stopped camera. ``buffer_count`` gives
    the number of buffers for (frame rate in 1/s or None, payload size in bytes).
    ``drain`` is "event" or "poll". ``stall_timeout_s``: without a complete frame for so
    long, and for 5 frame periods, the camera counts as stalled. ``open_retry_s``: least
    pause before a GigE camera (or one of unknown bus) that another one holds is tried again:
    more frequent tries were seen to keep it locked. ``heartbeat_s``: for how long it stays
    locked after its user crashed, as far as is known before it is open; it is not tried
    again before that. ``close_open_pause_s``: pause between closing and opening.
    ``local_teardown``: see :class:`Camera`. ``retry_s``: pauses between attempts to open,
    in seconds; the last one repeats. ``realtime``: ask for a real-time priority for the thread.
    """

    serial: str
    name: str
    configure: Callable[[Camera], None]
    buffer_count: Callable[[float | None, int], int]
    drain: str = "event"
    preopen_bypass: bool = True
    stall_timeout_s: float = 2.0
    open_retry_s: float = 3.5
    heartbeat_s: float = 0.0
    close_open_pause_s: float = 0.0
    local_teardown: Mapping[str, int] = field(default_factory=dict)
    retry_s: tuple[float, ...] = field(default=RETRY_S)
    realtime: bool = False


class AcquisitionWorker:
    """Opens, configures and drains one camera, again and again until it is stopped.

    Any thread may call :meth:`take`, :meth:`condition`, :meth:`stop`; ``on_change`` is
    called from the worker's thread when the condition changes. ``heartbeat_s`` is the
    camera's own once it was opened.
    """

    def __init__(
        self,
        producer: GentlProducer,
        settings: AcquisitionSettings,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.statistics = StreamStatistics()
        self.heartbeat_s = settings.heartbeat_s
        self._producer = producer
        self._settings = settings
        self._on_change = on_change
        self._condition = WorkerCondition(WorkerState.CLOSED, time.time_ns() // 1000)
        self._info = DeviceInfo(producer.cti, settings.serial)
        self._drain: BufferDrain | None = None
        self._logged = ("", 0.0)
        self._streamed = False
        self._refusals = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"acquire-{settings.name}")

    @property
    def condition(self) -> WorkerCondition:
        """State, since when, and why."""
        return self._condition

    @property
    def info(self) -> DeviceInfo:
        """Who the camera is; vendor and model are known once it was seen."""
        return self._info

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def take(self) -> RawFrame | None:
        """Return the newest frame that was not taken before, None if there is none."""
        drain = self._drain
        return drain.take() if drain is not None else None

    def stop(self) -> None:
        """Ask the thread to close the camera and end."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; False when the producer still blocks it."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if self._settings.realtime:
            ask_for_real_time(self._settings.name)
        failures = 0
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                self._stream()
                break
            except CameraError as error:
                if time.monotonic() - begin > _STABLE_S:
                    failures = 0
                self._report(error)
                pause = self._pause(error, failures)
                failures += 1
            if self._stop.wait(pause):
                break
        self._set(WorkerState.CLOSED, "")

    def _report(self, error: CameraError) -> None:
        stalled = WorkerState.STALLED, error.problem
        if (self._condition.state, self._condition.reason) != stalled:
            self._set(WorkerState.LOST, error.problem)
        text, now = str(error), time.monotonic()
        if text != self._logged[0] or now - self._logged[1] > _REMIND_S:
            self._logged = text, now
            _log.error("%s (trying on)", text)

    def _pause(self, error: CameraError, failures: int) -> float:
        settings = self._settings
        pause = settings.retry_s[min(failures, len(settings.retry_s) - 1)]
        # Only a GigE camera has a heartbeat that keeps it locked; USB is free at once.
        if not isinstance(error, CameraBusyError):
            self._refusals = 0
        elif self._info.tl_type in ("GEV", ""):
            growth = min(_BUSY_GROWTH**self._refusals, _BUSY_GROWTH_MAX)
            locked = max(settings.open_retry_s, self.heartbeat_s + _HEARTBEAT_SPARE_S)
            pause = max(pause, locked * growth)
            self._refusals += 1
        return max(pause, settings.close_open_pause_s)

    def _stream(self) -> None:
        """Open the camera and drain it until the stop; raise CameraError if it fails."""
        settings = self._settings
        if self._condition.state is WorkerState.CLOSED:
            self._set(WorkerState.OPENING, "")
        camera = Camera(
            self._producer,
            settings.serial,
            name=settings.name,
            preopen_bypass=settings.preopen_bypass,
            local_teardown=settings.local_teardown,
        )
        answers = free = True
        try:
            camera.open()
            self._info = camera.info
            with camera_errors(settings.name, "setting it up", self._producer.text_encoding):
                settings.configure(camera)
                rate = camera.frame_rate()
                self.heartbeat_s = camera.heartbeat_s() or settings.heartbeat_s
                buffers = settings.buffer_count(rate, camera.payload_size())
                pixel_format = camera.pixel_format_code()
                patience = None
                if not camera.is_triggered():
                    patience = max(settings.stall_timeout_s, 5.0 / rate if rate else 0.0)
            handles = camera.start(buffers)
            self.statistics.reconnects += self._streamed
            self._streamed = True
            drain = BufferDrain(
                self._producer.library,
                handles,
                self.statistics,
                mode=settings.drain,
                pixel_format=pixel_format,
                buffers=buffers,
            )
            try:
                rate_text = f"{rate:g}" if rate else "unknown"
                _log.info(
                    "camera %s: streaming at %s fps, %d buffers", settings.name, rate_text, buffers
                )
                self._drain = drain
                self._pump(drain, patience)
            finally:
                self._drain = None
                free = drain.close()
        except CameraBusyError:
            # It was seen, so its bus is known, which says how long to wait.
            self._info = camera.info
            raise
        except CameraLostError:
            answers = False
            raise
        finally:
            if free:
                camera.close(answers=answers)
            else:
                # Closing would free the memory under the frame's reader.
                _log.error("camera %s: a frame is still in use, not closed", settings.name)

    def _pump(self, drain: BufferDrain, patience_s: float | None) -> None:
        last = next_look = turned = time.monotonic()
        incomplete = self.statistics.incomplete
        while not self._stop.is_set():
            try:
                count = drain.drain(_WAIT_S)
            except OSError as error:
                raise CameraLostError(
                    self._settings.name, f"the producer ended the stream (GC_ERR {error.errno})"
                ) from None
            now = time.monotonic()
            if now - turned > _AWAY_S:
                # This process was stopped, which says nothing about the camera.
                last += now - turned - _WAIT_S
            turned = now
            if now >= next_look:
                # A call for each wake-up would cost as much as a frame.
                drain.update_underrun()
                next_look = now + _WAIT_S
            if count:
                last = now
                incomplete = self.statistics.incomplete
                if self._condition.state is not WorkerState.STREAMING or self._condition.reason:
                    self._set(WorkerState.STREAMING, "")
            elif patience_s is None:
                if self._condition.state is not WorkerState.STREAMING:
                    self._set(WorkerState.STREAMING, "waiting for a trigger")
            elif now - last > patience_s:
                bad = self.statistics.incomplete - incomplete
                what = f"only incomplete frames ({bad})" if bad else "no frame"
                reason = f"{what} for {now - last:.1f} s"
                self._set(WorkerState.STALLED, reason)
                raise CameraLostError(
                    self._settings.name, reason, "Check cable, power, link and trigger"
                )

    def _set(self, state: WorkerState, reason: str) -> None:
        since = self._condition.since_us
        if state is not self._condition.state:
            since = time.time_ns() // 1000
        self._condition = WorkerCondition(state, since, reason)
        self._on_change()
