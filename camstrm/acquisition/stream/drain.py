"""Drain filled buffers of one stream and keep the newest, without copying.

At each wake-up the whole queue is emptied; the newest complete buffer stays out of the
producer's queue until a newer one comes, all others go back at once. Whoever takes the frame reads
the pixels in place, and so may others at the same time: a buffer goes back when it is no
longer the newest and the last of them has released it.

What costs is the wake-up (50 us of CPU with what follows it), not the frame (5 us). So at
high rates the thread sleeps and finds several frames at once. A thread that takes a frame in
the meantime empties the queue itself: the sleep makes no picture older.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from camstrm.acquisition.clock import Clock
from camstrm.acquisition.gentl.library import BufferInfo, GcError, GentlLibrary
from camstrm.acquisition.stream.statistics import FrameIdGaps, StreamStatistics
from camstrm.errors import NoImageError
from camstrm.frame import FrameTimes, RawFrame

__all__ = ["BufferDrain", "StreamHandles"]

_POLL_S = 0.0005
"""Seconds between looks at the queue where a producer cannot wait without harm."""

_SLEEP_ABOVE_FPS = 120.0
_SLEEP_S = 0.015
"""Above so many frames a second the thread sleeps so many seconds before each wait: 25 us of CPU
a frame at 400 fps, 33 us with 5 ms."""

_RATE_WINDOW_S = 0.1
"""Seconds over which the frame rate is counted that decides about the sleep."""

_SLEEP_SHARE = 0.25
"""Share of the time for which the buffers last: the sleep is never longer."""


@dataclass(frozen=True)
class StreamHandles:
    """The GenTL handles of a running stream: DS_HANDLE and the new-buffer EVENT_HANDLE."""

    stream: int
    event: int


@dataclass(eq=False)
class _Filled:
    """A complete buffer that is out of the producer's queue."""

    handle: int
    capture_time_us: int
    frame_id: int | None
    users: int = 0
    """How many frames on it are not released; guarded by the drain's lock."""
    taken: bool = False
    """Whether take() has returned it; guarded by the drain's lock."""


class BufferDrain:
    """Empties a running stream's queue and keeps its newest complete buffer.

    One thread calls :meth:`drain` and then :meth:`close`, after which no call touches the
    producer any more; any one other thread calls :meth:`take`, any thread :meth:`newest`.
    """

    def __init__(
        self,
        library: GentlLibrary,
        handles: StreamHandles,
        statistics: StreamStatistics,
        *,
        mode: str = "event",
        pixel_format: int = 0,
        size: tuple[int, int] = (0, 0),
        ticks_per_s: int = 0,
        buffers: int = 0,
        underrun_seen: int = 0,
        clock: Clock = time,
    ) -> None:
        """Drain ``handles`` of ``library``.

        ``mode`` is "event" (wait in EventGetData with the GIL released) or "poll" (ask
        EVENT_NUM_IN_QUEUE, sleep 0.5 ms). ``pixel_format`` (PFNC code) and ``size`` (width
        and height in pixels) are the node map's, used for buffers that do not say theirs; 0
        where unknown. ``ticks_per_s``: of the device's clock, for producers that give time
        stamps in ticks alone; 0 where unknown: they are left out then. ``buffers``: how many
        the stream has, 0 if that is not known: it never sleeps then. ``underrun_seen``: that
        of the drain before, if the camera was not closed in between.
        """
        self._library = library
        self._handles = handles
        self._calls = library.stream_calls(handles.stream, handles.event)
        """Used by one thread at a time: the draining thread while it is awake, else the one
        that holds ``_collecting``."""
        self._statistics = statistics
        self._poll = mode == "poll"
        self._pixel_format = pixel_format
        self._size = size
        self._ticks_per_s = ticks_per_s
        self._buffers = buffers
        self._clock = clock

        # Counted in _collect(), so by the user of ``_calls``.
        self._gaps = FrameIdGaps()
        self._incomplete_in_a_row = 0
        """Incomplete buffers since the last complete one."""
        self.arrived_us = 0
        """Host UTC in microseconds at which the newest complete frame arrived, 0 before the first
        one; any thread may read it."""
        self._collected = 0
        """Complete frames since drain() last returned."""

        # Of the draining thread alone.
        self.underrun_seen = underrun_seen
        """What the producer's counter of lost frames said last. It counts from 0 when the camera
        is opened (GenTL), with some producers also when the stream is started."""
        self._fps = 0.0
        """Frame rate in 1/s of the last _RATE_WINDOW_S, which decides about the sleep; 0 before
        it is known."""
        self._counted = 0
        """Complete frames since ``_count_begin_s``, for the next rate."""
        self._count_begin_s = clock.monotonic()
        """Monotonic time in seconds."""

        self._asleep = False
        """Whether others may empty the queue. Set by the draining thread, cleared by it with
        ``_collecting`` held; read without that as a hint, and again with it."""
        self._collecting = threading.Lock()
        """Held by a thread that wants the newest frame and empties the queue for it, while the
        draining thread sleeps."""

        self._lock = threading.Lock()
        """Guards the four attributes that follow; any thread."""
        self._open = True
        """Whether the producer may be called."""
        self._newest: _Filled | None = None
        """The newest complete buffer; it is out of the producer's queue. None before the first
        one, and when it was found to hold no image."""
        self._leased = 0
        """How many frames are not released."""
        self._returned = threading.Condition(self._lock)
        """Notified when one is released."""

    def drain(self, timeout_s: float) -> int:
        """Wait up to ``timeout_s`` for buffers, take them all; return the complete ones.

        Counts those too that :meth:`take` or :meth:`newest` collected since the last call.
        Raises OSError with the GC_ERROR code as errno when the producer refuses to wait
        (stream closed, device gone).
        """
        self._sleep()
        code = self._collect(*self._wait(timeout_s))
        complete, self._collected = self._collected, 0
        if complete:
            self._note_rate(complete)
        if code not in (GcError.TIMEOUT, GcError.NOT_AVAILABLE):
            raise OSError(code, "EventGetData")
        return complete

    def take(self) -> RawFrame | None:
        """Return the newest frame, None if there is none since the last call.

        The frame must be released. A buffer that holds no image is counted as rejected and
        given back; raises NoImageError then.
        """
        filled = self._lease(take=True)
        if filled is None:
            return None
        try:
            return self._raw_frame(filled)
        except NoImageError:
            self._statistics.rejected += 1
            with self._lock:
                if self._newest is filled:
                    self._newest = None
            self._give_back(filled)
            raise

    def newest(self) -> RawFrame | None:
        """Return the newest frame, whether or not it was taken; None before the first one.

        For who looks at a picture beside the stream: :meth:`take` gets the same frame as if
        nobody had. It must be released, soon: as long as it is in use the producer lacks its
        buffer. Raises NoImageError for a buffer that holds no image.
        """
        filled = self._lease(take=False)
        if filled is None:
            return None
        try:
            return self._raw_frame(filled)
        except NoImageError:
            self._give_back(filled)
            raise

    @property
    def in_use(self) -> bool:
        """Whether a frame is not released."""
        with self._lock:
            return self._leased > 0

    def update_underrun(self) -> None:
        """Read the producer's underrun counter into the statistics."""
        with self._lock:
            if self._open:
                lost = self._library.num_underrun(self._handles.stream)
                if lost is not None:
                    grown = lost - self.underrun_seen
                    self._statistics.underrun += grown if grown >= 0 else lost
                    self.underrun_seen = lost

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop touching the producer; wait for taken frames to be released.

        Returns False when one is still in use after ``timeout_s``: its memory must not
        be freed then.
        """
        with self._returned:
            self._open = False
            self._newest = None
            return self._returned.wait_for(lambda: self._leased == 0, timeout_s)

    def _lease(self, *, take: bool) -> _Filled | None:
        """Return the newest buffer with one user more; with ``take`` only if it was not taken."""
        if self._asleep:
            with self._collecting:
                # It may be awake by now.
                if self._asleep:
                    self._collect(*self._calls.next_buffer(0))
        with self._lock:
            filled = self._newest
            if not self._open or filled is None or (take and filled.taken):
                return None
            filled.taken = filled.taken or take
            filled.users += 1
            self._leased += 1
            return filled

    def _sleep(self) -> None:
        """Sleep at high rates, so that the next wake-up finds several frames."""
        if self._fps <= _SLEEP_ABOVE_FPS or not self._buffers:
            return
        self._asleep = True
        self._clock.sleep(min(_SLEEP_S, _SLEEP_SHARE * self._buffers / self._fps))
        with self._collecting:
            self._asleep = False

    def _wait(self, timeout_s: float) -> tuple[int, int]:
        if not self._poll:
            return self._calls.next_buffer(int(timeout_s * 1000))
        deadline = self._clock.monotonic() + timeout_s
        while not self._library.num_in_queue(self._handles.event):
            if self._clock.monotonic() >= deadline:
                return GcError.TIMEOUT, 0
            self._clock.sleep(_POLL_S)
        return self._calls.next_buffer(0)

    def _collect(self, code: int, handle: int) -> int:
        """Empty the queue, of which ``code`` and ``handle`` came first; return the last code.

        The newest complete buffer becomes ``_newest``.
        """
        calls, statistics = self._calls, self._statistics
        complete = 0
        newest: int | None = None
        newest_id: int | None = None
        while code == GcError.SUCCESS:
            if calls.is_incomplete(handle):
                # Its id is not asked: a GigE producer numbers such buffers as later frames.
                statistics.incomplete += 1
                self._incomplete_in_a_row += 1
                calls.queue(handle)
            else:
                complete += 1
                if newest is not None:
                    calls.queue(newest)
                newest, newest_id = handle, calls.frame_id(handle)
                statistics.gaps += self._gaps.missing_before(newest_id, self._incomplete_in_a_row)
                self._incomplete_in_a_row = 0
            code, handle = calls.next_buffer(0)
        if newest is not None:
            self.arrived_us = self._clock.time_ns() // 1000
            statistics.arrived_s = self._clock.monotonic()
            filled = _Filled(newest, self.arrived_us, newest_id)
            with self._lock:
                replaced, self._newest = self._newest, filled
                # From here on it gets no further user, and the last one gives it back.
                unused = replaced is not None and not replaced.users
            if replaced is not None and unused:
                calls.queue(replaced.handle)
            self._collected += complete
            statistics.delivered += complete
            statistics.overwritten += complete - (replaced is None or replaced.taken)
        return code

    def _note_rate(self, complete: int) -> None:
        # No RateMeter: this runs at each wake-up, and a rate that is 0.1 s old will do.
        now = self._clock.monotonic()
        self._counted += complete
        elapsed = now - self._count_begin_s
        if elapsed >= _RATE_WINDOW_S:
            self._fps = self._counted / elapsed
            self._count_begin_s, self._counted = now, 0

    def _raw_frame(self, filled: _Filled) -> RawFrame:
        def info(what: BufferInfo) -> int | None:
            return self._library.buffer_info(self._handles.stream, filled.handle, what)

        base = info(BufferInfo.BASE)
        size = info(BufferInfo.SIZE) or 0
        size_filled = info(BufferInfo.SIZE_FILLED)
        width, height = info(BufferInfo.WIDTH), info(BufferInfo.HEIGHT)
        if width is None:
            width = self._size[0]
        if height is None:
            height = self._size[1]
        offset = info(BufferInfo.IMAGEOFFSET) or 0
        length = min(size if size_filled is None else size_filled, size) - offset
        if not width or not height:
            raise NoImageError(
                f"{width}x{height} pixels (by BUFFER_INFO_WIDTH and HEIGHT; by the camera's "
                "Width and Height where the producer does not say)"
            )
        if not base or length <= 0:
            raise NoImageError(f"{max(length, 0)} bytes were filled")
        memory = (ctypes.c_uint8 * length).from_address(base + offset)
        data = np.ctypeslib.as_array(memory)
        data.flags.writeable = False
        times = FrameTimes(filled.capture_time_us, self._timestamp_ns(info))
        return RawFrame(
            data,
            width,
            height,
            info(BufferInfo.PIXELFORMAT) or self._pixel_format,
            times,
            padding_x=info(BufferInfo.XPADDING) or 0,
            frame_id=filled.frame_id,
            on_release=lambda: self._give_back(filled),
        )

    def _timestamp_ns(self, info: Callable[[BufferInfo], int | None]) -> int | None:
        """Return the device's time stamp in nanoseconds, None where there is none or no unit."""
        nanoseconds = info(BufferInfo.TIMESTAMP_NS)
        if nanoseconds is None and self._ticks_per_s:
            ticks = info(BufferInfo.TIMESTAMP) or 0
            nanoseconds = ticks * 1_000_000_000 // self._ticks_per_s
        # The wire has room for 64 bits.
        return (nanoseconds or 0) & 0xFFFF_FFFF_FFFF_FFFF or None

    def _give_back(self, filled: _Filled) -> None:
        with self._returned:
            self._leased -= 1
            filled.users -= 1
            if self._open and not filled.users and filled is not self._newest:
                self._library.queue_buffer(self._handles.stream, filled.handle)
            self._returned.notify_all()
