"""AcquisitionWorker: one thread that keeps one camera streaming into a latest-frame slot."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.camera_thread import camera_thread
from camstrm.acquisition.clock import Clock
from camstrm.acquisition.control.control import CameraControl
from camstrm.acquisition.control.pause import Pause
from camstrm.acquisition.gentl.errors import camera_errors
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.real_time import ask_for_real_time
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.acquisition.stream.stream_watch import (
    SILENCE_REMEDY,
    Experience,
    StreamWatch,
    loss_percent,
    loss_reason,
    loss_remedy,
)
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.node_serial import NodeSerialWarning
from camstrm.acquisition.worker.outage_log import OutageLog
from camstrm.acquisition.worker.retry import RetryPauses, keeps_a_lock
from camstrm.acquisition.worker.settings import AcquisitionSettings
from camstrm.acquisition.worker.stop_signal import StopSignal
from camstrm.acquisition.worker.stream_start import StreamStart, start_stream
from camstrm.camera_state import CameraCondition, CameraState
from camstrm.errors import (
    CameraError,
    CameraLockedError,
    CameraLostError,
    CameraUnreachableError,
)
from camstrm.frame import RawFrame

__all__ = ["AcquisitionWorker"]

_log = logging.getLogger(__name__)

_WAIT_S = 0.2
"""Maximum wait for a buffer in seconds; also the worst delay for noticing a stop, stall or
underrun."""

_LET_GO_S = 0.5
"""For so many seconds a stream that is to be stopped goes on, so that the frames that are in use
are released meanwhile."""

_AWAY_S = 1.0
"""Seconds. A turn of the worker that took longer was a pause of this process or of the machine."""


class AcquisitionWorker:
    """Opens, configures and drains one camera, again and again until it is stopped.

    One thread calls :meth:`take`, any :meth:`newest` and :meth:`stop`; ``on_change`` is called
    from the worker's thread when the condition changes. What is not said to be for any thread is
    the worker thread's alone.
    """

    def __init__(
        self,
        producer: GentlProducer,
        settings: AcquisitionSettings,
        configurator: CameraConfigurator,
        on_change: Callable[[], None] = lambda: None,
        clock: Clock = time,
    ) -> None:
        self.statistics = StreamStatistics()
        """Counters since the start of the process; any thread may read them."""
        self._producer = producer
        self._settings = settings
        self._configurator = configurator
        self._on_change = on_change
        self._clock = clock
        self.condition = CameraCondition(CameraState.CLOSED, clock.time_ns() // 1000)
        """State, since when, and why. Replaced as a whole by the worker thread, read by any."""
        self.info = producer.device(settings.serial)
        """What is known of the camera; vendor and model are known once a search has listed it.
        Replaced as a whole by the worker thread, read by any."""
        self._retries = RetryPauses(settings, clock.monotonic)
        self._outages = OutageLog(settings.name, clock.monotonic, settings.gone_s)
        self._opened = False
        """Whether the last attempt has opened the camera."""
        self._drain: BufferDrain | None = None
        """The drain of the running stream, None while there is none. Set by the worker thread,
        read by any that takes frames, also when it is closed: it gives no frame then."""
        self._experience = Experience()
        """What earlier streams showed."""
        self.interval_s = 0.0
        """Usual time between two frames in seconds, 0 while it is not known; any thread may
        read it."""
        self._streamed = False
        """Whether the camera was started before in this process: the next start is a reconnect."""
        self._reported: CameraError | None = None
        """The failure of the attempt before, None after the first."""
        self._node_serial = NodeSerialWarning(settings.name)
        self._stop = StopSignal()
        """Set by any thread; interrupts the pauses."""
        self.control: CameraControl[StreamStart] = CameraControl(
            settings.name,
            serial=settings.serial,
            why_gone=lambda: self.condition.reason,
            on_reconnect=lambda: self._stop.hurry(),
            text_encoding=producer.text_encoding,
            clock=clock,
        )
        """Does what is asked of the camera while it streams; any thread may submit."""
        self._thread = camera_thread("acquire", settings.name, settings.serial, self._run)

    @property
    def heartbeat_s(self) -> float:
        """For how many seconds the camera stays locked if this process dies; 0: not, or unknown.

        The camera's own value once it was open.
        """
        return self._retries.heartbeat_s if keeps_a_lock(self.info.tl_type) else 0.0

    @property
    def failure(self) -> CameraError | None:
        """Why the last attempt to stream ended, None before that; any thread may read it."""
        return self._reported

    def start(self) -> None:
        self._thread.start()
        self.control.start()

    def take(self) -> RawFrame | None:
        """Return the newest frame that was not taken before, None if there is none.

        Raises NoImageError for a buffer that holds no image.
        """
        drain = self._drain
        return drain.take() if drain is not None else None

    def newest(self) -> RawFrame | None:
        """Return the newest frame, also one that was taken; None before the first one.

        It must be released soon. Raises NoImageError for a buffer that holds no image.
        """
        drain = self._drain
        return drain.newest() if drain is not None else None

    def stop(self) -> None:
        """Ask the thread to close the camera and end."""
        self._stop.set()
        self.control.end()

    def join(self, timeout_s: float) -> bool:
        """Wait for the threads' end; False when the producer still blocks one."""
        begin = time.monotonic()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        ended = self.control.join(max(0.0, timeout_s - (time.monotonic() - begin)))
        return ended and not self._thread.is_alive()

    def _run(self) -> None:
        if self._settings.realtime:
            ask_for_real_time(self._settings.name)
        self._await_lock()
        while not self._stop.is_set():
            begin = self._clock.monotonic()
            try:
                self._stream()
                # To the end, or because somebody wants the camera to be opened again.
                pause = self._settings.quirks.close_open_pause_s
            except CameraError as failure:
                opened, bus = self._opened, self.info.tl_type
                error = self._retries.without_own_lock(failure, opened=opened, bus=bus)
                self._report(error)
                ran_s = self._clock.monotonic() - begin
                pause = self._retries.pause_s(error, opened=opened, bus=bus, ran_s=ran_s)
            if self._stop.is_set() or self._stop.wait(pause):
                break
        self._set(CameraState.CLOSED, "")

    def _report(self, error: CameraError) -> None:
        if isinstance(self._reported, CameraUnreachableError) and isinstance(
            error, CameraUnreachableError
        ):
            # The same finding; the first attempt has the producer's own words.
            error = self._reported
        self._reported = error
        if not self._is(CameraState.STALLED, error.problem):
            self._set(CameraState.LOST, error.problem)
        self._outages.failed(str(error))

    def _await_lock(self) -> None:
        """Wait until the lock of a process that was killed is over: attempts may prolong it."""
        left_s = self._settings.locked_until_s - self._clock.monotonic()
        if left_s <= 0 or not keeps_a_lock(self.info.tl_type):
            return
        locked = CameraLockedError(self._settings.name, left_s)
        self._set(CameraState.OPENING, locked.problem)
        self._stop.wait(left_s)

    def _stream(self) -> None:
        """Open the camera and drain it until the stop; raise CameraError if it fails.

        Returns early if the camera is to be opened again.
        """
        settings = self._settings
        self.control.take_reconnect()
        if self.condition.state in (CameraState.CLOSED, CameraState.OPENING):
            self._set(CameraState.OPENING, "")
        camera = Camera(
            self._producer,
            settings.serial,
            name=settings.name,
            preopen_bypass=settings.quirks.preopen_bypass,
            local_teardown=settings.quirks.local_teardown,
        )
        answers = free = True
        started = self._opened = False
        try:
            try:
                camera.open()
            finally:
                # Also a camera that could not be opened was seen, so its bus is known.
                self.info = camera.info
            self._opened = True
            with camera.lock:
                self._node_serial.check(camera.info.serial, camera.node_serial())
                with camera_errors(settings.name, "setting it up", self._producer.text_encoding):
                    self._configurator.configure(camera, self.control.live)
                    self._retries.note_heartbeat(camera.heartbeat_s())
                    start = start_stream(camera, self._configurator.buffer_count)
            started = True
            self.statistics.reconnects += self._streamed
            self._streamed = True
            self.control.opened(camera, self._restart)
            underrun, word = 0, "streaming"
            while True:
                library, mode = self._producer.library, settings.quirks.drain
                drain = start.drain(library, self.statistics, mode, underrun, self._clock)
                try:
                    self._drain = drain
                    pause = self._pump(camera, drain, start, word)
                finally:
                    self._drain = None
                    free = drain.close()
                if pause is None:
                    break
                start = self._stand_aside(pause, free)
                underrun, word = drain.underrun_seen, "streaming with another setting"
        except CameraLostError:
            answers = False
            raise
        finally:
            self.control.closed()
            if free:
                camera.close(answers=answers)
                if started:
                    self._retries.note_end()
            else:
                # Closing would free the memory under the frame's reader.
                _log.error("camera %s: a frame is still in use, not closed", settings.name)

    def _restart(self, camera: Camera) -> StreamStart:
        """Start the stream again after it was stopped; called by the control thread."""
        configurator = self._configurator
        with camera_errors(self._settings.name, "starting it again", self._producer.text_encoding):
            return start_stream(camera, configurator.buffer_count, configurator.configure_stream)

    def _stand_aside(self, pause: Pause[StreamStart], free: bool) -> StreamStart:
        """Leave the stream to the control thread; return how it was started again."""
        if not free:
            error = CameraError(self._settings.name, "a frame is in use, so it cannot be stopped")
            pause.refuse(error)
            raise error
        self._set(CameraState.RECONFIGURING, "stopped for a moment to set a feature")
        self.statistics.reconfigured += 1
        return pause.stop()

    def _pump(
        self, camera: Camera, drain: BufferDrain, start: StreamStart, word: str
    ) -> Pause[StreamStart] | None:
        """Drain until the stop, or until the camera is to be opened again.

        ``word``: what the log calls it. Returns early with a pause that is to be kept. Raises
        CameraLostError when frames are overdue.
        """
        facts = str(start)
        next_look = turned = self._clock.monotonic()
        watch = start.watch(turned, self._settings.stall_timeout_s, self._experience)
        self.interval_s = watch.interval_s
        logged = stalled = False
        loss = ""
        incomplete = self.statistics.incomplete
        try:
            while not self._stop.is_set():
                count = self._drained(drain)
                now = self._clock.monotonic()
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
                    if self.condition.state is not CameraState.STREAMING:
                        self._set(CameraState.STREAMING, loss, drain.arrived_us)
                    elif self.condition.reason != loss:
                        self._set(CameraState.STREAMING, loss)
                    if not logged:
                        logged = True
                        self._outages.streams(f"{word} {facts}")
                elif watch.waits(now):
                    if self.condition.state is not CameraState.WAITING_FOR_TRIGGER:
                        self._set(CameraState.WAITING_FOR_TRIGGER, loss, drain.arrived_us)
                    if not logged:
                        logged = True
                        self._outages.streams(f"started, waiting for a trigger {facts}")
                elif watch.stalled(now):
                    lost = self.statistics.incomplete - incomplete
                    if not lost or watch.hopeless(now):
                        stalled = True
                        raise self._stall(watch.silence_s(now), lost)
                    if self.condition.state is not CameraState.STALLED:
                        # The camera is there: opening it again brings no packet back.
                        error = self._stall(watch.silence_s(now), lost)
                        if not loss:
                            self._outages.failed(str(error))
                            logged = False
                elif watch.overdue(now) and self._is(CameraState.OPENING, ""):
                    self._set(CameraState.OPENING, f"started, no frame yet {facts}")
                # What the control thread wants.
                pause = self.control.take_pause()
                if pause is not None:
                    self._let_go(drain)
                    return pause
                if self.control.take_reconnect():
                    self._set(CameraState.OPENING, "")
                    break
                news = self.control.take_rate()
                if news is not None:
                    rate, triggered = news
                    watch.renew(rate, now, triggered=triggered)
                    self.interval_s = watch.interval_s
            return None
        finally:
            self._experience = watch.experience(stalled=stalled)

    def _is(self, state: CameraState, reason: str) -> bool:
        return (self.condition.state, self.condition.reason) == (state, reason)

    def _drained(self, drain: BufferDrain) -> int:
        try:
            return drain.drain(_WAIT_S)
        except OSError as error:
            raise CameraLostError(
                self._settings.name, f"the producer ended the stream (GC_ERR {error.errno})"
            ) from None

    def _let_go(self, drain: BufferDrain) -> None:
        """Go on until no frame is in use, but not for long: then the stream can be stopped."""
        until = self._clock.monotonic() + _LET_GO_S
        while drain.in_use and self._clock.monotonic() < until:
            self._drained(drain)

    def _look(self, camera: Camera, watch: StreamWatch, now: float, loss: str) -> str:
        """Look at the counters of a running stream; return what is wrong although it streams.

        ``loss``: what was wrong at the last look.
        """
        statistics = self.statistics
        share = watch.look(now, statistics.delivered, statistics.incomplete)
        self.interval_s = watch.interval_s
        if share is None:
            return loss
        percent = loss_percent(share)
        camera.report_loss(percent)
        if not percent:
            return ""
        loss = loss_reason(percent, self.info.tl_type)
        self._outages.note_warning(loss)
        return loss

    def _stall(self, silence_s: float, incomplete: int) -> CameraLostError:
        """Enter the state; return what to raise. ``incomplete``: frames that came meanwhile."""
        what, remedy = "no frame", SILENCE_REMEDY
        if incomplete:
            what = f"only incomplete frames ({incomplete})"
            remedy = loss_remedy(self.info.tl_type)
        reason = f"{what} for {silence_s:.1f} s"
        self._set(CameraState.STALLED, reason)
        return CameraLostError(self._settings.name, reason, remedy)

    def _set(self, state: CameraState, reason: str, since_us: int = 0) -> None:
        """Enter a state; ``since_us``: when it began, now if 0."""
        since = self.condition.since_us
        if state is not self.condition.state:
            since = since_us or self._clock.time_ns() // 1000
        self.condition = CameraCondition(state, since, reason)
        self._on_change()
