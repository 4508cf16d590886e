"""Examiner: the thread of a camera process that measures frames and makes stills of them."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.camera_state import CameraCondition, CameraState
from camstrm.errors import CallError, ImageError
from camstrm.feature import FeatureValue
from camstrm.frame import RawFrame
from camstrm.grab.camera.call_desk import Handler, OpenCall
from camstrm.imaging.measure import measure
from camstrm.imaging.still import CameraFacts, read_still, write_still
from camstrm.log_lines import about_camera
from camstrm.wire.operations import Measure, TakeStill

__all__ = ["FRAME_WAIT_S", "ExaminedCamera", "Examiner"]

_log = logging.getLogger(__name__)

FRAME_WAIT_S = 2.0
"""Seconds for which a call waits for the first frame of a camera that is about to send one."""

_IDLE_S = 60.0
"""Longest wait with nothing to do; whoever brings something ends it."""

_ABOUT_TO_SEND = (
    CameraState.OPENING,
    CameraState.STREAMING,
    CameraState.WAITING_FOR_TRIGGER,
    CameraState.RECONFIGURING,
)
"""States in which a first frame may come soon."""


class ExaminedCamera(Protocol):
    """What is needed of an AcquisitionWorker."""

    @property
    def condition(self) -> CameraCondition: ...

    @property
    def info(self) -> DeviceInfo: ...

    def newest(self) -> RawFrame | None: ...


def no_features() -> Mapping[str, FeatureValue]:
    """Return that nothing is known of the camera's features."""
    return {}


@dataclass(frozen=True)
class _Camera:
    name: str
    source: ExaminedCamera
    features: Callable[[], Mapping[str, FeatureValue]]


@dataclass(eq=False)
class _Job:
    """Calls that one look at a frame answers: a still's alone, or equal measurements."""

    camera: int
    arguments: Measure | TakeStill
    deadline_s: float
    """When the camera's first frame is waited for no longer, in seconds of the clock."""
    calls: list[OpenCall] = field(default_factory=list)
    waits: bool = False
    """There was no frame when its turn came; it has its next turn when there may be one."""


class Examiner:
    """Answers ``measure`` and ``still`` from the newest frames, one after the other.

    The newest frame is looked at beside the stream, which takes it as if nobody had. A buffer is
    held as long as its values are unpacked (5 to 20 ms for 6 megapixels), not while a file is
    made of them. How many calls wait is bounded by the CallDesk. ``clock``: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cameras: dict[int, _Camera] = {}
        """By index in bundles; complete before the thread starts."""
        self._changed = threading.Condition()
        """Guards what follows; notified when there may be something to do."""
        self._jobs: list[_Job] = []
        """What is to be done, the oldest first."""
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="examine")

    def add(
        self,
        index: int,
        name: str,
        source: ExaminedCamera,
        features: Callable[[], Mapping[str, FeatureValue]] = no_features,
    ) -> dict[str, Handler]:
        """Add a camera, before the start; return the handlers of its calls.

        ``features`` returns what stills say of exposure, gain and the like; it is called in the
        examiner's thread and may take a moment.
        """
        self._cameras[index] = _Camera(name, source, features)
        return {"measure": self._take, "still": self._take}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more; calls that wait get no answer from here."""
        with self._changed:
            self._ends = True
            self._changed.notify()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; False if it still makes a file."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def look_again(self) -> None:
        """Note that a camera's condition has changed; any thread may call this."""
        with self._changed:
            for job in self._jobs:
                job.waits = False
            self._changed.notify()

    def _take(self, call: OpenCall) -> None:
        arguments = call.arguments
        assert isinstance(arguments, Measure | TakeStill)
        with self._changed:
            job = self._equal(call.camera, arguments)
            if job is None:
                job = _Job(call.camera, arguments, self._clock() + FRAME_WAIT_S)
                self._jobs.append(job)
            job.calls.append(call)
            self._changed.notify()

    def _equal(self, camera: int, arguments: Measure | TakeStill) -> _Job | None:
        """Find the measurement that answers another call too; stills are several megabytes each."""
        if isinstance(arguments, TakeStill):
            return None
        for job in self._jobs:
            if job.camera == camera and job.arguments == arguments:
                return job
        return None

    def _run(self) -> None:
        _let_others_go_first()
        while True:
            job = self._next()
            if job is None:
                return
            camera = self._cameras[job.camera]
            with about_camera(camera.name, camera.source.info.serial):
                self._turn(job, camera)

    def _next(self) -> _Job | None:
        """Wait for the job whose turn it is and take it out of the list; None at the end."""
        with self._changed:
            while not self._ends:
                now = self._clock()
                for job in self._jobs:
                    if not job.waits or now >= job.deadline_s:
                        self._jobs.remove(job)
                        return job
                until = min((job.deadline_s for job in self._jobs), default=now + _IDLE_S)
                self._changed.wait(min(until - now, _IDLE_S))
        return None

    def _turn(self, job: _Job, camera: _Camera) -> None:
        try:
            frame = _healthy_frame(camera.source)
            if frame is None and self._may_wait(job, camera):
                return
            calls = [call for call in job.calls if call.begin() is call]
            if frame is None:
                raise _without_frame(camera)
            _examine(frame, job.arguments, camera, calls)
        except CallError as error:
            for call in job.calls:
                call.fail(error)
        except ImageError as error:
            for call in job.calls:
                call.refuse("failed", f"camera {camera.name}: {error}")
        except Exception as error:  # noqa: BLE001  # the reply says it, and the thread goes on
            _log.exception("camera %s: a %s failed", camera.name, type(job.arguments).__name__)
            for call in job.calls:
                call.refuse("failed", f"{call.do} failed ({type(error).__name__}: {error})")

    def _may_wait(self, job: _Job, camera: _Camera) -> bool:
        """Put a job back whose camera may soon have its first frame; equal calls can still join."""
        with self._changed:
            soon = camera.source.condition.state in _ABOUT_TO_SEND
            if not soon or self._clock() >= job.deadline_s:
                return False
            job.waits = True
            self._jobs.append(job)
            return True


def _healthy_frame(source: ExaminedCamera) -> RawFrame | None:
    """Return the newest frame of a camera that does what it should.

    That of a camera that stalled or was lost is not what it sees now.
    """
    return source.newest() if source.condition.healthy else None


def _without_frame(camera: _Camera) -> CallError:
    condition = camera.source.condition
    state = "waiting for its first frame"
    if condition.state != CameraState.STREAMING:
        state = CameraState(condition.state).name.lower().replace("_", " ")
    reason = f": {condition.reason}" if condition.reason else ""
    return CallError(f"camera {camera.name} has no frame, it is {state}{reason}", code="gone")


def _examine(
    frame: RawFrame, arguments: Measure | TakeStill, camera: _Camera, calls: list[OpenCall]
) -> None:
    """Answer ``calls`` from ``frame``, which is released in any case."""
    with frame:
        if not calls:
            return
        if isinstance(arguments, Measure):
            measured = measure(frame, arguments)
        else:
            still = read_still(frame, arguments)
    if isinstance(arguments, Measure):
        for call in calls:
            call.succeed(measured)
        return
    info = camera.source.info
    facts = CameraFacts(camera.name, info.serial, info.model, info.vendor, camera.features())
    result, data = write_still(still, arguments, facts)
    for call in calls:
        call.succeed(result, data)


def _let_others_go_first() -> None:
    """Let other threads that wake up go first (Linux, sched(7)).

    Not by a nice value: where processors are fought for, it would leave this thread without one for
    longer, also while it holds the interpreter's lock that the pictures wait for.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_BATCH, os.sched_param(0))
