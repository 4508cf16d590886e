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
from camstrm.acquisition.stream.stream_watch import Experience
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.node_serial import NodeSerialWarning
from camstrm.acquisition.worker.outage_log import OutageLog
from camstrm.acquisition.worker.reported_state import ReportedState
from camstrm.acquisition.worker.retry import RetryPauses, keeps_a_lock
from camstrm.acquisition.worker.running_stream import RunningStream
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
        self._clock = clock
        self._state = ReportedState(on_change, clock)
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
    def condition(self) -> CameraCondition:
        """State, since when, and why; any thread may read it."""
        return self._state.condition

    @property
    def interval_s(self) -> float:
        """Usual time between two frames in seconds, 0 while unknown; any thread may read it."""
        return self._state.interval_s

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
        self._state.enter(CameraState.CLOSED)

    def _report(self, error: CameraError) -> None:
        if isinstance(self._reported, CameraUnreachableError) and isinstance(
            error, CameraUnreachableError
        ):
            # The same finding; the first attempt has the producer's own words.
            error = self._reported
        self._reported = error
        if not self._state.matches(CameraState.STALLED, error.problem):
            self._state.enter(CameraState.LOST, error.problem)
        self._outages.failed(str(error))

    def _await_lock(self) -> None:
        """Wait until the lock of a process that was killed is over: attempts may prolong it."""
        left_s = self._settings.locked_until_s - self._clock.monotonic()
        if left_s <= 0 or not keeps_a_lock(self.info.tl_type):
            return
        locked = CameraLockedError(self._settings.name, left_s)
        self._state.enter(CameraState.OPENING, locked.problem)
        self._stop.wait(left_s)

    def _stream(self) -> None:
        """Open the camera and drain it until the stop; raise CameraError if it fails.

        Returns early if the camera is to be opened again.
        """
        settings = self._settings
        self.control.take_reconnect()
        if self.condition.state in (CameraState.CLOSED, CameraState.OPENING):
            self._state.enter(CameraState.OPENING)
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
                stream = RunningStream(
                    camera,
                    drain,
                    start,
                    settings,
                    self._experience,
                    word=word,
                    statistics=self.statistics,
                    reported=self._state,
                    outages=self._outages,
                    clock=self._clock,
                )
                try:
                    self._drain = drain
                    pause = stream.run(self.control, self._stop)
                finally:
                    self._experience = stream.experience
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
        self._state.enter(CameraState.RECONFIGURING, "stopped for a moment to set a feature")
        self.statistics.reconfigured += 1
        return pause.stop()
