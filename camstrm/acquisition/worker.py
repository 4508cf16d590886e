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
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraLockedError,
    CameraLostError,
    CameraUnreachableError,
)
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

RETRY_SHARED_S = (0.5, 1.0, 2.0)
"""The same in a process with other cameras, which an attempt may hold up (it has the GIL)."""

_BUSY_GROWTH = 1.5
_BUSY_GROWTH_MAX = 4.0
"""Back-off for a camera that another program holds: growth factor of the pause, and its limit.

Each attempt may keep a GigE camera locked for another heartbeat time, and without a profile
nobody knows how long that is.
"""

_HEARTBEAT_SPARE_S = 0.5
"""How much later than a camera's heartbeat time it is tried again."""

_OWN_LOCK_SPARE_S = 2.0
"""How much longer than its heartbeat time a refusal may come from our own lost connection."""

_LOCKING_BUSES = ("GEV", "")
"""Only a GigE camera stays locked for its heartbeat time; empty: the bus is not known yet."""

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
    again before that. ``locked_until_s``: until when (monotonic clock) it is locked by a
    process before this one that was killed, 0 if it is not. ``close_open_pause_s``: pause
    between closing and opening. ``local_teardown``: see :class:`Camera`. ``retry_s``: pauses
    between attempts to open, in seconds; the last one repeats. ``realtime``: ask for a
    real-time priority for the thread.
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
    locked_until_s: float = 0.0
    close_open_pause_s: float = 0.0
    local_teardown: Mapping[str, int] = field(default_factory=dict)
    retry_s: tuple[float, ...] = field(default=RETRY_S)
    realtime: bool = False


class AcquisitionWorker:
    """Opens, configures and drains one camera, again and again until it is stopped.

    Any thread may call :meth:`take`, :meth:`condition`, :meth:`stop`; ``on_change`` is
    called from the worker's thread when the condition changes.
    """

    def __init__(
        self,
        producer: GentlProducer,
        settings: AcquisitionSettings,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.statistics = StreamStatistics()
        self._producer = producer
        self._settings = settings
        self._on_change = on_change
        self._condition = WorkerCondition(WorkerState.CLOSED, time.time_ns() // 1000)
        self._info = producer.device(settings.serial)
        # The camera's own once it was open; for U3V and others it has no meaning.
        self._heartbeat_s = settings.heartbeat_s
        self._drain: BufferDrain | None = None
        self._logged = ("", 0.0)
        self._streamed = False
        self._refusals = 0
        # What was last warned of.
        self._node_serial = ""
        # Until when (monotonic clock) the camera may refuse because of our own lost connection.
        self._own_lock_until_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"acquire-{settings.name}")

    @property
    def condition(self) -> WorkerCondition:
        """State, since when, and why."""
        return self._condition

    @property
    def info(self) -> DeviceInfo:
        """Who the camera is; vendor and model are known once a search has listed it."""
        return self._info

    @property
    def heartbeat_s(self) -> float:
        """For how many seconds the camera stays locked if this process dies; 0: not, or unknown.

        The camera's own value once it was open.
        """
        return self._heartbeat_s if self._info.tl_type in _LOCKING_BUSES else 0.0

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
        self._await_lock()
        failures = 0
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                self._stream()
                break
            except CameraError as failure:
                if time.monotonic() - begin > _STABLE_S:
                    failures = 0
                error = self._without_own_lock(failure)
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
            _log.error("%s (retrying)", text)

    def _await_lock(self) -> None:
        """Wait until the lock of a process that was killed is over: attempts may prolong it."""
        left_s = self._settings.locked_until_s - time.monotonic()
        if left_s <= 0 or self._info.tl_type not in _LOCKING_BUSES:
            return
        locked = CameraLockedError(self._settings.name, left_s)
        self._set(WorkerState.OPENING, locked.problem)
        self._stop.wait(left_s)

    def _without_own_lock(self, error: CameraError) -> CameraError:
        """Return what a refusal means right after a stream of ours has broken off.

        The camera is gone, or it still keeps the connection that was lost; nobody else's.
        """
        if isinstance(error, CameraBusyError) and time.monotonic() < self._own_lock_until_s:
            return CameraUnreachableError(
                error.camera, error.detail, bus=self._info.tl_type, listed=True
            )
        return error

    def _pause(self, error: CameraError, failures: int) -> float:
        settings = self._settings
        pause = settings.retry_s[min(failures, len(settings.retry_s) - 1)]
        held = isinstance(error, CameraBusyError)
        if not held:
            self._refusals = 0
        if self._info.tl_type not in _LOCKING_BUSES:
            return max(pause, settings.close_open_pause_s)
        heartbeat_s = self._heartbeat_s + _HEARTBEAT_SPARE_S
        if held:
            growth = min(_BUSY_GROWTH**self._refusals, _BUSY_GROWTH_MAX)
            pause = max(pause, max(settings.open_retry_s, heartbeat_s) * growth)
            self._refusals += 1
        elif (
            isinstance(error, CameraUnreachableError)
            and error.listed
            and time.monotonic() < self._own_lock_until_s
        ):
            # It may still be locked by the connection that was lost.
            pause = max(pause, heartbeat_s if self._heartbeat_s else settings.open_retry_s)
        return max(pause, settings.close_open_pause_s)

    def _stream(self) -> None:
        """Open the camera and drain it until the stop; raise CameraError if it fails."""
        settings = self._settings
        if self._condition.state in (WorkerState.CLOSED, WorkerState.OPENING):
            self._set(WorkerState.OPENING, "")
        camera = Camera(
            self._producer,
            settings.serial,
            name=settings.name,
            preopen_bypass=settings.preopen_bypass,
            local_teardown=settings.local_teardown,
        )
        answers = free = True
        started = False
        try:
            try:
                camera.open()
            finally:
                # Also a camera that could not be opened was seen, so its bus is known.
                self._info = camera.info
            self._warn_of_node_serial(camera)
            with camera_errors(settings.name, "setting it up", self._producer.text_encoding):
                settings.configure(camera)
                rate = camera.frame_rate()
                self._heartbeat_s = camera.heartbeat_s() or settings.heartbeat_s
                buffers = settings.buffer_count(rate, camera.payload_size())
                pixel_format = camera.pixel_format_code()
                patience = None
                if not camera.is_triggered():
                    patience = max(settings.stall_timeout_s, 5.0 / rate if rate else 0.0)
            handles = camera.start(buffers)
            started = True
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
        except CameraLostError:
            answers = False
            raise
        finally:
            if free:
                camera.close(answers=answers)
                if started:
                    lock_s = self._heartbeat_s or settings.open_retry_s
                    self._own_lock_until_s = time.monotonic() + lock_s + _OWN_LOCK_SPARE_S
            else:
                # Closing would free the memory under the frame's reader.
                _log.error("camera %s: a frame is still in use, not closed", settings.name)

    def _warn_of_node_serial(self, camera: Camera) -> None:
        told = camera.node_serial()
        if told and told != self._node_serial:
            _log.warning(
                "camera %s: its serial number is %r, but its node DeviceSerialNumber says %r; "
                "the first one counts",
                self._settings.name,
                camera.info.serial,
                told,
            )
        self._node_serial = told

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
