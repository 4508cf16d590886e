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
from camstrm.acquisition.outage_log import OutageLog
from camstrm.acquisition.producer import GentlProducer
from camstrm.acquisition.real_time import ask_for_real_time
from camstrm.acquisition.statistics import StreamStatistics
from camstrm.acquisition.stream_watch import (
    Experience,
    StreamWatch,
    loss_percent,
    loss_reason,
    loss_remedy,
)
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraLockedError,
    CameraLostError,
    CameraRefusedError,
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
"""Longest wait for a buffer in seconds: a stop, a stall or an underrun is noticed at most so
much later."""

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

_QUICK_TRIES = 7
_LASTING_RETRY_MAX_S = 10.0
"""A failure of the camera itself (it opens and cannot be set up or started) hardly passes by
itself: after so many attempts in a row the pause doubles up to this."""

_STABLE_S = 10.0
"""A stream that ran for so long begins with the shortest pause again."""


class WorkerState(enum.Enum):
    """What a worker's camera does."""

    CLOSED = "closed"
    OPENING = "opening"
    STREAMING = "streaming"
    WAITING = "waiting for a trigger"
    STALLED = "stalled"
    LOST = "lost"


@dataclass(frozen=True)
class WorkerCondition:
    """State, since when (host UTC in microseconds) and why (empty while all is well).

    While it streams or waits for a trigger, ``since_us`` is when a frame arrived.
    """

    state: WorkerState
    since_us: int
    reason: str = ""


@dataclass(frozen=True)
class AcquisitionSettings:
    """How one camera is run.

    ``configure`` sets the features of an open, stopped camera. ``buffer_count`` gives
    the number of buffers for (frame rate in 1/s or None, payload size in bytes).
    ``drain`` is "event" or "poll". ``stall_timeout_s``: without a complete frame for so long
    the camera counts as stalled; :class:`StreamWatch` adds to it. ``open_retry_s``: least
    pause before a GigE camera (or one of unknown bus) that another one holds is tried again:
    more frequent tries were seen to keep it locked. ``heartbeat_s``: for how long it stays
    locked after its user crashed, as far as is known before it is open; it is not tried
    again before that. ``locked_until_s``: until when (monotonic clock) it is locked by a
    process before this one that was killed, 0 if it is not. ``gone_s``: since when (the same
    clock) it is away because such a process ended, 0 if none did. ``close_open_pause_s``: pause
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
    gone_s: float = 0.0
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
        self._heartbeat_told = False
        # Whether the last attempt has opened the camera.
        self._opened = False
        self._drain: BufferDrain | None = None
        self._outages = OutageLog(settings.name, lambda: time.monotonic(), settings.gone_s)
        # What earlier streams showed, and how often the camera's frames come (0: unknown).
        self._experience = Experience()
        self._interval_s = 0.0
        self._streamed = False
        self._refusals = 0
        # Failures in a row that are the camera's own, not those of its cable or its users.
        self._lasting = 0
        # The failure of the attempt before.
        self._reported: CameraError | None = None
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
    def interval_s(self) -> float:
        """Usual time between two frames in seconds, 0 while it is not known."""
        return self._interval_s

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
        """Return the newest frame that was not taken before, None if there is none.

        Raises NoImageError for a buffer that holds no image.
        """
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
        if isinstance(self._reported, CameraUnreachableError) and isinstance(
            error, CameraUnreachableError
        ):
            # The same finding; the first attempt has the producer's own words.
            error = self._reported
        self._reported = error
        stalled = WorkerState.STALLED, error.problem
        if (self._condition.state, self._condition.reason) != stalled:
            self._set(WorkerState.LOST, error.problem)
        self._outages.failed(str(error))

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
        ours = not self._opened and time.monotonic() < self._own_lock_until_s
        if ours and isinstance(error, (CameraBusyError, CameraRefusedError)):
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
        self._lasting = self._lasting + 1 if type(error) is CameraError and failures else 0
        if self._lasting >= _QUICK_TRIES:
            pause *= 2.0 ** min(self._lasting - _QUICK_TRIES + 1, 16)
            pause = max(settings.retry_s[-1], min(pause, _LASTING_RETRY_MAX_S))
        if self._info.tl_type not in _LOCKING_BUSES:
            return max(pause, settings.close_open_pause_s)
        heartbeat_s = self._heartbeat_s + _HEARTBEAT_SPARE_S
        if held or (isinstance(error, CameraRefusedError) and not self._opened):
            # Where the camera has told its heartbeat time, no attempt keeps it locked.
            guessed = held and not self._heartbeat_told
            growth = min(_BUSY_GROWTH**self._refusals, _BUSY_GROWTH_MAX) if guessed else 1.0
            pause = max(pause, max(settings.open_retry_s, heartbeat_s) * growth)
            self._refusals += held
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
        started = self._opened = False
        try:
            try:
                camera.open()
            finally:
                # Also a camera that could not be opened was seen, so its bus is known.
                self._info = camera.info
            self._opened = True
            self._warn_of_node_serial(camera)
            with camera_errors(settings.name, "setting it up", self._producer.text_encoding):
                settings.configure(camera)
                rate = camera.frame_rate()
                told_s = camera.heartbeat_s()
                self._heartbeat_told = self._heartbeat_told or told_s > 0
                self._heartbeat_s = told_s or settings.heartbeat_s
                buffers = settings.buffer_count(rate.fps, camera.payload_size())
                pixel_format, size = camera.pixel_format_code(), camera.image_size()
                ticks_per_s = camera.timestamp_frequency()
                triggered = camera.is_triggered()
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
                size=size,
                ticks_per_s=ticks_per_s,
                buffers=buffers,
            )
            watch = StreamWatch(
                rate,
                time.monotonic(),
                triggered=triggered,
                stall_timeout_s=settings.stall_timeout_s,
                experience=self._experience,
            )
            self._interval_s = watch.interval_s
            fps = f"{rate.fps:g} fps" if rate.known_fps else "rate unknown"
            try:
                self._drain = drain
                self._pump(camera, drain, watch, f"({fps}, {buffers} buffers)")
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

    def _pump(self, camera: Camera, drain: BufferDrain, watch: StreamWatch, facts: str) -> None:
        """Drain until the stop; raise CameraLostError when frames are overdue.

        ``facts``: of the stream, for the log.
        """
        next_look = turned = time.monotonic()
        logged = stalled = False
        loss = ""
        incomplete = self.statistics.incomplete
        try:
            while not self._stop.is_set():
                count = self._drained(drain)
                now = time.monotonic()
                if now - turned > _AWAY_S:
                    # This process was stopped, which says nothing about the camera.
                    watch.excuse(now - turned - _WAIT_S)
                turned = now
                if count:
                    watch.frames(count, now)
                    incomplete = self.statistics.incomplete
                if now >= next_look:
                    # A call for each wake-up would cost as much as a frame.
                    drain.update_underrun()
                    next_look = now + _WAIT_S
                    loss = self._look(camera, watch, now, loss)
                if count:
                    if self._condition.state is not WorkerState.STREAMING:
                        self._set(WorkerState.STREAMING, loss, drain.arrived_us)
                    elif self._condition.reason != loss:
                        self._set(WorkerState.STREAMING, loss)
                    if not logged:
                        logged = True
                        self._outages.streams(f"streaming {facts}")
                elif watch.waits(now):
                    if self._condition.state is not WorkerState.WAITING:
                        self._set(WorkerState.WAITING, loss, drain.arrived_us)
                    if not logged:
                        logged = True
                        self._outages.streams(f"started, waiting for a trigger {facts}")
                elif watch.stalled(now):
                    lost = self.statistics.incomplete - incomplete
                    if not lost or watch.hopeless(now):
                        stalled = True
                        raise self._stall(watch.silence_s(now), lost)
                    if self._condition.state is not WorkerState.STALLED:
                        # The camera is there: opening it again brings no packet back.
                        error = self._stall(watch.silence_s(now), lost)
                        if not loss:
                            self._outages.failed(str(error))
                            logged = False
                elif watch.overdue(now) and self._opens_without_a_word():
                    self._set(WorkerState.OPENING, f"started, no frame yet {facts}")
        finally:
            self._experience = watch.experience(stalled=stalled)

    def _opens_without_a_word(self) -> bool:
        return self._condition.state is WorkerState.OPENING and not self._condition.reason

    def _drained(self, drain: BufferDrain) -> int:
        try:
            return drain.drain(_WAIT_S)
        except OSError as error:
            raise CameraLostError(
                self._settings.name, f"the producer ended the stream (GC_ERR {error.errno})"
            ) from None

    def _look(self, camera: Camera, watch: StreamWatch, now: float, loss: str) -> str:
        """Look at the counters of a running stream; return what is wrong although it streams.

        ``loss``: what was wrong at the last look.
        """
        statistics = self.statistics
        share = watch.look(now, statistics.delivered, statistics.incomplete)
        self._interval_s = watch.interval_s
        if share is None:
            return loss
        percent = loss_percent(share)
        camera.report_loss(percent)
        if not percent:
            return ""
        loss = loss_reason(percent, self._info.tl_type)
        self._outages.note_warning(loss)
        return loss

    def _stall(self, silence_s: float, incomplete: int) -> CameraLostError:
        """Enter the state; return what to raise. ``incomplete``: frames that came meanwhile."""
        what, remedy = "no frame", "Check cable, power, link and trigger"
        if incomplete:
            what = f"only incomplete frames ({incomplete})"
            remedy = loss_remedy(self._info.tl_type)
        reason = f"{what} for {silence_s:.1f} s"
        self._set(WorkerState.STALLED, reason)
        return CameraLostError(self._settings.name, reason, remedy)

    def _set(self, state: WorkerState, reason: str, since_us: int = 0) -> None:
        """Enter a state; ``since_us``: when it began, now if 0."""
        since = self._condition.since_us
        if state is not self._condition.state:
            since = since_us or time.time_ns() // 1000
        self._condition = WorkerCondition(state, since, reason)
        self._on_change()
