"""RunningStream: one stream of a camera, and the state that it gives the camera."""

from __future__ import annotations

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.clock import Clock
from camstrm.acquisition.control.control import CameraControl
from camstrm.acquisition.control.pause import Pause
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.acquisition.stream.stream_watch import (
    SILENCE_REMEDY,
    Experience,
    loss_percent,
    loss_reason,
    loss_remedy,
)
from camstrm.acquisition.worker.outage_log import OutageLog
from camstrm.acquisition.worker.reported_state import ReportedState
from camstrm.acquisition.worker.settings import AcquisitionSettings
from camstrm.acquisition.worker.stop_signal import StopSignal
from camstrm.acquisition.worker.stream_start import StreamStart
from camstrm.camera_state import CameraState
from camstrm.errors import CameraLostError

__all__ = ["RunningStream"]

_WAIT_S = 0.2
"""Maximum wait for a buffer in seconds; also the worst delay for noticing a stop, stall or
underrun."""

_LET_GO_S = 0.5
"""For so many seconds a stream that is to be stopped goes on, so that the frames that are in use
are released meanwhile."""

_AWAY_S = 1.0
"""Seconds. A turn of the worker that took longer was a pause of this process or of the machine."""


class RunningStream:
    """Drains a stream until it is to end, and reports what its camera does meanwhile.

    Belongs to the worker thread, all of it.
    """

    def __init__(
        self,
        camera: Camera,
        drain: BufferDrain,
        start: StreamStart,
        settings: AcquisitionSettings,
        experience: Experience,
        *,
        word: str,
        statistics: StreamStatistics,
        reported: ReportedState,
        outages: OutageLog,
        clock: Clock,
    ) -> None:
        """Begin with a stream that was started just now.

        ``experience``: of the streams before. ``word``: what the log calls it.
        """
        self._camera = camera
        self._drain = drain
        self._name = settings.name
        self._word = word
        self._facts = str(start)
        """How it was started, for people."""
        self._statistics = statistics
        """Counters of the camera: those of the streams before are in them."""
        self._reported = reported
        self._outages = outages
        self._clock = clock
        self._turned_s = clock.monotonic()
        """When the last turn ended (clock's seconds)."""
        self._next_look_s = self._turned_s
        """When the counters are to be looked at (clock's seconds)."""
        self._watch = start.watch(self._turned_s, settings.stall_timeout_s, experience)
        self._stalled = False
        """Whether it ended because frames were overdue."""
        self._logged = False
        """Whether the log says that it streams, or waits for a trigger."""
        self._loss = ""
        """What was wrong at the last look although it streams; empty: nothing."""
        self._incomplete = statistics.incomplete
        """Incomplete frames when the last complete one came."""
        reported.interval_s = self._watch.interval_s

    @property
    def experience(self) -> Experience:
        """What the next stream is to know of this one and those before it."""
        return self._watch.experience(stalled=self._stalled)

    def run(
        self, control: CameraControl[StreamStart], stop: StopSignal
    ) -> Pause[StreamStart] | None:
        """Drain until the stop, or until the camera is to be opened again.

        Returns early with a pause that is to be kept. Raises CameraLostError when frames are
        overdue.
        """
        while not stop.is_set():
            count = self._drained()
            now = self._clock.monotonic()
            if now - self._turned_s > _AWAY_S:
                # This process was stopped, which says nothing about the camera.
                self._watch.excuse(now - self._turned_s - _WAIT_S)
            self._turned_s = now
            if count:
                self._watch.frames(count, now)
                self._incomplete = self._statistics.incomplete
            if now >= self._next_look_s:
                # A call for each wake-up would cost as much as a frame.
                self._drain.update_underrun()
                self._next_look_s = now + _WAIT_S
                self._look(now)
            self._report(count, now)
            pause = control.take_pause()
            if pause is not None:
                self._let_go()
                return pause
            if control.take_reconnect():
                self._reported.enter(CameraState.OPENING)
                return None
            news = control.take_rate()
            if news is not None:
                rate, triggered = news
                self._watch.renew(rate, now, triggered=triggered)
                self._reported.interval_s = self._watch.interval_s
        return None

    def _drained(self) -> int:
        try:
            return self._drain.drain(_WAIT_S)
        except OSError as error:
            raise CameraLostError(
                self._name, f"the producer ended the stream (GC_ERR {error.errno})"
            ) from None

    def _let_go(self) -> None:
        """Go on until no frame is in use, but not for long: then the stream can be stopped."""
        until = self._clock.monotonic() + _LET_GO_S
        while self._drain.in_use and self._clock.monotonic() < until:
            self._drained()

    def _look(self, now: float) -> None:
        """Look at the counters: what is wrong although it streams."""
        statistics = self._statistics
        share = self._watch.look(now, statistics.delivered, statistics.incomplete)
        self._reported.interval_s = self._watch.interval_s
        if share is None:
            return
        percent = loss_percent(share)
        self._camera.report_loss(percent)
        self._loss = loss_reason(percent, self._camera.info.tl_type) if percent else ""
        if self._loss:
            self._outages.note_warning(self._loss)

    def _report(self, count: int, now: float) -> None:
        """Enter the state that follows from a turn with ``count`` complete frames."""
        reported, condition = self._reported, self._reported.condition
        if count:
            if condition.state is not CameraState.STREAMING:
                reported.enter(CameraState.STREAMING, self._loss, self._drain.arrived_us)
            elif condition.reason != self._loss:
                reported.enter(CameraState.STREAMING, self._loss)
            if not self._logged:
                self._logged = True
                self._outages.streams(f"{self._word} {self._facts}")
        elif self._watch.waits(now):
            if condition.state is not CameraState.WAITING_FOR_TRIGGER:
                reported.enter(CameraState.WAITING_FOR_TRIGGER, self._loss, self._drain.arrived_us)
            if not self._logged:
                self._logged = True
                self._outages.streams(f"started, waiting for a trigger {self._facts}")
        elif self._watch.stalled(now):
            lost = self._statistics.incomplete - self._incomplete
            if not lost or self._watch.hopeless(now):
                self._stalled = True
                raise self._stall(now, lost)
            if condition.state is not CameraState.STALLED:
                # The camera is there: opening it again brings no packet back.
                error = self._stall(now, lost)
                if not self._loss:
                    self._outages.failed(str(error))
                    self._logged = False
        elif self._watch.overdue(now) and reported.matches(CameraState.OPENING, ""):
            reported.enter(CameraState.OPENING, f"started, no frame yet {self._facts}")

    def _stall(self, now: float, incomplete: int) -> CameraLostError:
        """Enter the state; return what to raise. ``incomplete``: frames that came meanwhile."""
        what, remedy = "no frame", SILENCE_REMEDY
        if incomplete:
            what = f"only incomplete frames ({incomplete})"
            remedy = loss_remedy(self._camera.info.tl_type)
        reason = f"{what} for {self._watch.silence_s(now):.1f} s"
        self._reported.enter(CameraState.STALLED, reason)
        return CameraLostError(self._name, reason, remedy)
