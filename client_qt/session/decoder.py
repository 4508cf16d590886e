"""Decode pictures beside the UI thread: in one or two, the newest of each camera only."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from camstrm.errors import WireError
from camstrm.wire import CameraFrame
from client_qt.model.pixel_budget import PixelBudget
from client_qt.session.picture import DecodedPicture, decode_picture, pixels_after

__all__ = ["PictureDecoder", "PictureJob", "PictureResult", "usual_workers"]

_log = logging.getLogger(__name__)

_WAIT_S = 1.0
"""No thread waits longer without looking whether it shall end."""

_FEW_PROCESSORS = 2


@dataclass(frozen=True)
class PictureJob:
    """A picture to decode; ``ticket`` grows with every bundle, ``view_size`` in device pixels.

    ``part``: it was asked for beside the picture of the whole frame. ``zebra``: what is clipped
    will be shown. ``rotation``: in degrees clockwise; the picture will be shown turned so.
    """

    ticket: int
    frame: CameraFrame
    view_size: tuple[int, int] = (0, 0)
    part: bool = False
    zebra: bool = False
    rotation: int = 0

    @property
    def key(self) -> int:
        """Of pictures with the same key a newer one replaces the older: camera and view."""
        return self.frame.key


@dataclass(frozen=True, eq=False)
class PictureResult:
    """What became of a job: a picture, or None and the ``problem``."""

    job: PictureJob
    picture: DecodedPicture | None
    problem: str = ""
    decode_s: float = 0.0
    """How long it took, in seconds."""


def usual_workers(processors: int | None = None) -> int:
    """Return how many decoder threads leave the UI thread what it needs.

    ``processors``: of the machine, None for this one. Qt scales pictures with threads of its
    own and the UI thread waits for them. On two processors with two decoder threads the UI
    thread was late by 4.4 to 5.8 ms (p99), with one by 3.0 to 3.7 ms, at the same CPU; one
    decodes 100 bundles of 1328x1152 and 2 x 640x480 a second.
    """
    return 2 if (processors or os.cpu_count() or 1) > _FEW_PROCESSORS else 1


class PictureDecoder(QObject):
    """Decode in ``workers`` threads (None: :func:`usual_workers`).

    For each camera and view at most one job waits, one is being decoded and one result is ready:
    memory does not grow however fast the server is or however long the UI thread sleeps.
    Cameras take turns: a newer picture takes the place of the older one in the queue.
    What a newer picture pushes out counts in :meth:`take`. A picture that has no room in the
    ``budget`` is bad: many large ones would fill the memory. All methods belong to the UI thread.
    """

    ready = Signal()
    """Emitted by the workers when there is something to take again."""

    def __init__(
        self,
        *,
        workers: int | None = None,
        decode: Callable[[CameraFrame, tuple[int, int]], DecodedPicture] = decode_picture,
        budget: PixelBudget | None = None,
    ) -> None:
        """``budget``: shared by all decoders of the viewer; None: one for this decoder alone."""
        super().__init__()
        self._decode = decode
        self._budget = budget or PixelBudget()
        self._changed = threading.Condition()
        # All below down to _stopping are accessed under _changed only, by every thread.
        self._pending: dict[int, PictureJob] = {}
        """Jobs that wait, by key, in the order of their turns."""
        self._busy: set[int] = set()
        """Keys of which a picture is being decoded."""
        self._done: dict[int, PictureResult] = {}
        """Results that were not taken, by key."""
        self._dropped: Counter[int] = Counter()
        """Pictures that a newer one replaced, by key, since they were last taken."""
        self._places: set[tuple[int, bool]] = set()
        """Camera, and whether a part of it, of all pictures in the budget."""
        self._oldest_ticket = 0
        """Results of older bundles are thrown away: their connection is gone."""
        self._stopping = False
        # Started, joined and looked at by the UI thread.
        self._threads = [
            threading.Thread(target=self._work, name=f"camstrm-decode-{i}", daemon=False)
            for i in range(usual_workers() if workers is None else workers)
        ]

    def start(self) -> None:
        """Start the threads; they end with :meth:`close`."""
        for thread in self._threads:
            thread.start()

    def submit(self, *jobs: PictureJob) -> None:
        """Queue pictures, each in place of an older one of its key that still waits.

        The pictures of a bundle come in one call: the threads are woken once, at its end.
        """
        with self._changed:
            if self._stopping:
                return
            for job in jobs:
                if job.key in self._pending:
                    self._dropped[job.key] += 1
                # A dict keeps the place of a key that is set again. At the end of the
                # queue the last camera would never have its turn on a slow machine.
                self._pending[job.key] = job
            self._changed.notify(len(jobs))

    def take(self) -> tuple[list[PictureResult], Counter[int]]:
        """Return what is new since the last call.

        At most one result of a key, and how many pictures of which key were replaced.
        """
        with self._changed:
            done, self._done = self._done, {}
            dropped, self._dropped = self._dropped, Counter()
        return list(done.values()), dropped

    def forget(self, before_ticket: int) -> None:
        """Drop all jobs and results older than ``before_ticket``: their connection is gone."""
        with self._changed:
            self._oldest_ticket = before_ticket
            self._pending = {k: j for k, j in self._pending.items() if j.ticket >= before_ticket}
            self._done = {k: r for k, r in self._done.items() if r.job.ticket >= before_ticket}

    def release(self, cameras: Collection[int]) -> None:
        """Give back the room of cameras that are gone: their pictures are not shown any more."""
        with self._changed:
            gone = {place for place in self._places if place[0] in cameras}
            self._places -= gone
        for place in gone:
            self._budget.release((id(self), *place))

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop and join the threads; return False when one did not end in time."""
        with self._changed:
            self._stopping = True
            self._pending.clear()
            self._done.clear()
            self._changed.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in reversed([t for t in self._threads if t.ident is not None]):
            thread.join(max(deadline - time.monotonic(), 0.0))
        stuck = [t.name for t in self._threads if t.is_alive()]
        if stuck:
            _log.error("decoder threads did not end within %.1f s: %s", timeout_s, stuck)
        self.release({camera for camera, _ in self._places})
        return not stuck

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            try:
                self._take_room(job)
                began_s = time.perf_counter()
                picture = self._decode(job.frame, job.view_size)
                if job.zebra:
                    _ = picture.zebra  # made here, and kept
                if job.rotation in (90, 270):
                    picture.on_its_side(job.rotation)
                result = PictureResult(job, picture, decode_s=time.perf_counter() - began_s)
            except WireError as error:
                result = PictureResult(job, None, str(error))
            except Exception as error:  # noqa: BLE001  # a lost worker would freeze every picture
                _log.exception("decoding a picture of camera %d failed", job.frame.camera_index)
                result = PictureResult(job, None, f"{type(error).__name__}: {error}")
            if self._finish(result):
                self.ready.emit()

    def _take_room(self, job: PictureJob) -> None:
        place = job.frame.camera_index, job.part
        pixels = pixels_after(job.frame, job.view_size)
        with self._changed:
            if not self._budget.take((id(self), *place), pixels):
                what = f"picture of camera {job.frame.camera_index}"
                raise WireError(what, "no room: all pictures together are too large for the viewer")
            self._places.add(place)

    def _next_job(self) -> PictureJob | None:
        with self._changed:
            while not self._stopping:
                for key, job in self._pending.items():
                    # One picture of a key at a time, or an older one could come out last.
                    if key not in self._busy:
                        del self._pending[key]
                        self._busy.add(key)
                        return job
                self._changed.wait(_WAIT_S)
        return None

    def _finish(self, result: PictureResult) -> bool:
        with self._changed:
            key = result.job.key
            self._busy.discard(key)
            if key in self._pending:
                self._changed.notify()
            if self._stopping or result.job.ticket < self._oldest_ticket:
                return False
            announce = not self._done
            if key in self._done:
                self._dropped[key] += 1
            self._done[key] = result
            return announce
