"""CameraControl: the thread that owns a camera's node map while the camera is open.

It waits in registers for as long as the camera takes, and nobody else does: neither the worker,
which drains the stream, nor who asks for pictures.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.camera_thread import camera_thread
from camstrm.acquisition.clock import Clock
from camstrm.acquisition.control.job_queue import MAX_JOBS, JobQueue
from camstrm.acquisition.control.live_values import LiveValues
from camstrm.acquisition.control.pause import Pause
from camstrm.acquisition.control.stop_set_start import stop_set_start
from camstrm.acquisition.control.task import Task
from camstrm.acquisition.control.watches import MAX_WATCHES, Watches
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.gentl.errors import camera_errors
from camstrm.errors import CallError, CameraError, CamstrmError

__all__ = ["CameraControl"]

_log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")

_JOB_TIMEOUT_S = 10.0
"""A job that had to wait longer is not begun: who asked for it has been answered (the deadline of
a call) and must not find it done later."""

_WATCH_TIMEOUT_S = 5.0
"""How long a look may wait for something to change."""

_ROUND_LATEST_S = 1.0
"""Jobs go before looks, but those that wait have their turn once in so many seconds."""

_PARK_S = 8.0
"""For how long the worker may use the stream after it was asked to stand aside; a frame that is
being encoded is waited for."""

_IDLE_S = 60.0
"""Longest wait without anything to do; whoever brings something ends it."""


class CameraControl(Generic[S]):
    """Does jobs with one camera, one after the other. ``S`` is how a stream was started.

    Any thread may submit; the worker thread says when the camera is open and when no longer.
    Every job is answered exactly once, whatever becomes of the camera.
    """

    def __init__(
        self,
        name: str,
        *,
        serial: str = "",
        why_gone: Callable[[], str] = lambda: "",
        on_reconnect: Callable[[], None] = lambda: None,
        text_encoding: str = "gbk",
        clock: Clock = time,
    ) -> None:
        """Control the camera that log and users call ``name``; ``serial`` is for the log.

        ``why_gone``: why it is not open, asked from any thread. ``on_reconnect``: called when
        somebody wants it to be opened again. ``text_encoding``: of the producer's error texts.
        """
        self.live = LiveValues()
        """What was set while the camera ran, see :class:`LiveValues`."""
        self._name = name
        self._why_gone = why_gone
        self._text_encoding = text_encoding
        self._clock = clock
        self._wake = threading.Condition()
        """Guards the attributes that follow, and is notified when there is something to do."""
        self._jobs = JobQueue()
        self._watches = Watches()
        self._running: list[Task] = []
        """What is being done, to be answered when the camera goes."""
        self._camera: Camera | None = None
        """The open camera; None before :meth:`opened` and after :meth:`closed`."""
        self._restart: Callable[[Camera], S] | None = None
        """Starts the stream of the open camera."""
        self._pause: Pause[S] | None = None
        """The worker is to stand aside. Set by the control thread, taken by the worker."""
        self._reconnect = False
        """The worker is to close the camera and open it again. Set by any thread."""
        self._on_reconnect = on_reconnect
        self._stale_s: float | None = None
        """Since when something was written that may have changed the rate, None: nothing was. Of
        the control thread alone."""
        self._expected: tuple[FrameRate, bool] | None = None
        """Frame rate, and whether the camera is triggered, as last read; None before that."""
        self._news: tuple[FrameRate, bool] | None = None
        """What it does not know yet. Set by the control thread, taken by the worker."""
        self._ended = False
        self._thread = camera_thread("control", name, serial, self._run)

    # For any thread.

    def submit(
        self,
        job: Callable[[Camera], T],
        done: Callable[[T | CamstrmError], None],
        replace_key: Hashable = None,
    ) -> None:
        """Let ``job`` be done with the camera; ``done`` gets what it returned, or the error.

        ``job`` runs in the control thread with the camera's lock; what it raises of genicam
        becomes a CameraError. ``done`` is called once, from this or another thread, and must
        return at once. Of jobs with the same ``replace_key`` that wait, the newest is done;
        the others get a CallError "replaced". With MAX_JOBS waiting it is "busy", while the
        camera is not open, or when it goes, "gone"; "timeout" for one that waited too long.
        """
        task = Task(job, done, self._clock.monotonic() + _JOB_TIMEOUT_S, replace_key)
        refusal: CallError | None = None
        replaced: Task | None = None
        with self._wake:
            if self._camera is None:
                refusal = self._gone()
            else:
                try:
                    replaced = self._jobs.put(task)
                except OverflowError:
                    refusal = CallError(
                        f"camera {self._name}: {MAX_JOBS} things wait to be done with it",
                        "Wait until some of them are done",
                        "busy",
                    )
            self._wake.notify_all()
        # Not with the lock: who is answered may ask again.
        if refusal is not None:
            task.answer(refusal)
        if replaced is not None:
            text = f"camera {self._name}: a newer wish for the same feature came"
            replaced.answer(CallError(text, "", "replaced"))

    def submit_watch(
        self,
        look: Callable[[Camera], T | None],
        done: Callable[[T | CamstrmError | None], None],
        timeout_s: float = _WATCH_TIMEOUT_S,
    ) -> None:
        """Let ``look`` be called until it returns something; ``done`` gets that, or the error.

        At most five times a second, in the control thread with the camera's lock, after what
        changes by itself was invalidated (``node_map.poll``). After ``timeout_s`` ``done`` gets
        None. Looks do not count as jobs, and jobs go before: a look that reads many features
        returns None early when :attr:`pressed`, and goes on the next time.
        """
        task = Task(look, done, self._clock.monotonic() + timeout_s)
        refusal: CallError | None = None
        with self._wake:
            if self._camera is None:
                refusal = self._gone()
            else:
                try:
                    self._watches.add(task)
                except OverflowError:
                    refusal = CallError(
                        f"camera {self._name}: {MAX_WATCHES} viewers look at its features",
                        "Close some of the panels that show them",
                        "busy",
                    )
            self._wake.notify_all()
        if refusal is not None:
            task.answer(refusal)

    @property
    def pressed(self) -> bool:
        """Whether a job waits."""
        return len(self._jobs) > 0

    def reconnect(self) -> None:
        """Let the camera be closed and opened again, without a pause."""
        with self._wake:
            self._reconnect = True
        self._on_reconnect()

    # For jobs, so in the control thread.

    def while_stopped(
        self, job: Callable[[Camera], T], undo: Callable[[Camera], None]
    ) -> tuple[T, float]:
        """Stop the stream of the open camera, do ``job``, start it again.

        Only a job may call this, which holds the camera's lock. Returns what ``job``
        returned, and for how many milliseconds the stream was stopped. If ``job`` raises, or
        the camera cannot be started after it, ``undo`` is to bring the old values back, and the
        stream is started with these; raises the first error then. If that fails as well, the
        camera is opened again as after any failure.
        """
        assert threading.get_ident() == self._thread.ident
        pause: Pause[S] = Pause()
        with self._wake:
            camera, restart = self._camera, self._restart
            if camera is None or restart is None:
                raise self._gone()
            self._pause = pause
        if not pause.wait_until_stopped(_PARK_S):
            with self._wake:
                withdrawn = self._pause is pause
                self._pause = None
            if withdrawn:
                raise CallError(
                    f"camera {self._name}: its stream could not be stopped within {_PARK_S:g} s"
                )
            # It comes just now.
            pause.wait_until_stopped(_PARK_S)
        begin_s = self._clock.monotonic()
        start: S | CameraError = CameraError(self._name, "its stream was not started again")
        try:
            start, outcome = stop_set_start(
                camera, restart, job, undo, text_encoding=self._text_encoding
            )
        except CameraError as error:
            start = error
            raise
        finally:
            pause.end(start)
        stopped_ms = 1000 * (self._clock.monotonic() - begin_s)
        if isinstance(outcome, CamstrmError):
            raise outcome
        return outcome, stopped_ms

    # For the worker thread.

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def end(self) -> None:
        """Let the thread end, and break off what it is doing at its next register."""
        with self._wake:
            self._ended = True
            camera = self._camera
            self._wake.notify_all()
        if camera is not None and self._thread.ident is not None:
            camera.interrupt(self._thread.ident)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; False when the producer still blocks it."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def opened(self, camera: Camera, restart: Callable[[Camera], S]) -> None:
        """Note that the camera streams; ``restart`` starts it again after it was stopped."""
        with self._wake:
            self._camera, self._restart = camera, restart
            self._expected = self._news = None

    def closed(self) -> None:
        """Note that the camera is about to be closed, and answer all that wait.

        What is being done breaks off at its next register.
        """
        with self._wake:
            camera, self._camera, self._restart = self._camera, None, None
            pause, self._pause = self._pause, None
            tasks = [*self._running, *self._jobs.take_all(), *self._watches.take_all()]
        if camera is not None and self._thread.ident is not None:
            camera.interrupt(self._thread.ident)
        gone = self._gone()
        if pause is not None:
            pause.refuse(gone)
        for task in tasks:
            task.answer(gone)

    def take_pause(self) -> Pause[S] | None:
        """Return the pause that the worker is to keep, None if there is none."""
        if self._pause is None:  # asked at each wake-up, so without the lock
            return None
        with self._wake:
            pause, self._pause = self._pause, None
        return pause

    def take_reconnect(self) -> bool:
        """Return whether the camera is to be opened again; once."""
        if not self._reconnect:
            return False
        with self._wake:
            self._reconnect = False
        return True

    def take_rate(self) -> tuple[FrameRate, bool] | None:
        """Return frame rate and whether the camera is triggered, if they are others now."""
        if self._news is None:
            return None
        with self._wake:
            news, self._news = self._news, None
        return news

    # The control thread.

    def _run(self) -> None:
        last_round_s = float("-inf")
        while True:
            with self._wake:
                while True:
                    if self._ended:
                        return
                    now = self._clock.monotonic()
                    # Jobs go before all else, but not for ever.
                    waits = len(self._jobs) > 0
                    stale_s = self._stale_s
                    refresh = stale_s is not None and (
                        not waits or now - stale_s >= _ROUND_LATEST_S
                    )
                    due_s = self._watches.due_in_s(now)
                    job = None
                    looks: list[Task] = []
                    if refresh:
                        break
                    if due_s == 0.0 and not (waits and now - last_round_s < _ROUND_LATEST_S):
                        looks = self._watches.take_all()
                        break
                    job = self._jobs.get()
                    if job is not None:
                        break
                    self._wake.wait(_IDLE_S if due_s is None else due_s)
                camera = self._camera
                self._running = [job] if job is not None else looks
            if camera is None:
                self._stale_s = None
            elif refresh:
                self._refresh_rate(camera)
            elif job is not None:
                self._do(camera, job)
            else:
                last_round_s = now
                self._look(camera, looks, now)
            with self._wake:
                self._running = []

    def _do(self, camera: Camera, job: Task) -> None:
        if self._clock.monotonic() >= job.until_s:
            text = f"camera {self._name}: what came before took too long, so it was not begun"
            job.answer(CallError(text, "Try again", "timeout"))
            return
        job.answer(self._work(camera, job))

    def _refresh_rate(self, camera: Camera) -> None:
        """Read whether the worker has to expect other frames than before."""
        self._stale_s = None
        try:
            with camera.lock, self._errors():
                news = camera.frame_rate(), camera.is_triggered()
        except CamstrmError as error:
            _log.debug("%s", error)
            return
        with self._wake:
            if self._camera is camera and news != self._expected:
                self._expected = self._news = news

    def _look(self, camera: Camera, looks: list[Task], now: float) -> None:
        elapsed_ms = self._watches.begin(now)
        try:
            with camera.lock, self._errors():
                camera.node_map.poll(elapsed_ms)
        except CameraError as error:
            _log.debug("%s", error)
        for look in looks:
            result = self._work(camera, look)
            if result is not None or self._clock.monotonic() >= look.until_s:
                look.answer(result)
                continue
            with self._wake:
                if self._camera is camera:
                    self._watches.waiting.append(look)
                    continue
            look.answer(self._gone())

    def _work(self, camera: Camera, task: Task) -> Any:
        try:
            with camera.lock, self._errors():
                if self._camera is not camera or task.answered:
                    return self._gone()
                writes = camera.register_writes
                try:
                    return task.work(camera)
                finally:
                    if camera.register_writes != writes and self._stale_s is None:
                        self._stale_s = self._clock.monotonic()
        except CamstrmError as error:
            return error if self._camera is camera else self._gone()

    def _errors(self) -> Any:
        return camera_errors(self._name, "doing what was asked", self._text_encoding)

    def _gone(self) -> CallError:
        why = f": {reason}" if (reason := self._why_gone()) else ""
        return CallError(f"camera {self._name} is not open{why}", "", "gone")
