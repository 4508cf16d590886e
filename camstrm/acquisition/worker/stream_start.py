"""StreamStart: how a stream was started, and what is known of it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.clock import Clock
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.gentl.library import GentlLibrary
from camstrm.acquisition.stream.drain import BufferDrain, StreamHandles
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.acquisition.stream.stream_watch import Experience, StreamWatch

__all__ = ["StreamStart", "start_stream"]


@dataclass(frozen=True)
class StreamStart:
    """A running stream.

    ``buffers``: how many were announced. ``pixel_format`` (PFNC) and ``size`` (width, height in
    pixels): of the node map, 0 where unknown. ``ticks_per_s``: of the camera's clock, 0 where
    unknown. ``triggered``: the camera waits for triggers.
    """

    handles: StreamHandles
    rate: FrameRate
    buffers: int
    pixel_format: int
    size: tuple[int, int]
    ticks_per_s: int
    triggered: bool

    def __str__(self) -> str:
        fps = f"{self.rate.fps:g} fps" if self.rate.known_fps else "rate unknown"
        return f"({fps}, {self.buffers} buffers)"

    def drain(
        self,
        library: GentlLibrary,
        statistics: StreamStatistics,
        mode: str,
        underrun_seen: int,
        clock: Clock,
    ) -> BufferDrain:
        """Return what drains it; ``mode``, ``underrun_seen`` as of BufferDrain."""
        return BufferDrain(
            library,
            self.handles,
            statistics,
            mode=mode,
            pixel_format=self.pixel_format,
            size=self.size,
            ticks_per_s=self.ticks_per_s,
            buffers=self.buffers,
            underrun_seen=underrun_seen,
            clock=clock,
        )

    def watch(self, now_s: float, stall_timeout_s: float, experience: Experience) -> StreamWatch:
        """Return what judges it; ``stall_timeout_s``: least patience."""
        return StreamWatch(
            self.rate,
            now_s,
            triggered=self.triggered,
            stall_timeout_s=stall_timeout_s,
            experience=experience,
        )


def start_stream(
    camera: Camera,
    buffer_count: Callable[[float | None, int], int],
    before_start: Callable[[Camera, int], None] = lambda *_: None,
) -> StreamStart:
    """Start the acquisition of an open camera that is set up; called with its lock.

    ``buffer_count``: how many buffers for a rate and a payload size. ``before_start`` is given
    that number.
    """
    rate = camera.frame_rate()
    pixel_format, size = camera.pixel_format_code(), camera.image_size()
    buffers = buffer_count(rate.fps, camera.payload_size(size, pixel_format))
    before_start(camera, buffers)
    ticks_per_s, triggered = camera.timestamp_frequency(), camera.is_triggered()
    handles = camera.start(buffers)
    return StreamStart(handles, rate, buffers, pixel_format, size, ticks_per_s, triggered)
