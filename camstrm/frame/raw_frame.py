"""RawFrame: one acquisition buffer, still in the camera's pixel format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["FrameTimes", "RawFrame"]


@dataclass(frozen=True)
class FrameTimes:
    """When a frame came, by two clocks.

    ``capture_time_us``: host UTC at arrival, microseconds since 1970 (what viewers see).
    ``device_timestamp_ns``: the camera's own clock, any epoch, None if the producer gives
    none.
    """

    capture_time_us: int
    device_timestamp_ns: int | None = None


def _nothing() -> None:
    return None


@dataclass(eq=False)
class RawFrame:
    """One frame as the camera delivered it; a view on the producer's buffer.

    ``data``: 1-D uint8 array, read-only, at least the bytes of the image (chunks may
    follow). It is valid until :meth:`release` is called: whoever takes a frame releases
    it exactly once (``with frame:``), or the producer runs out of buffers.
    ``width``, ``height``: pixels. ``padding_x``: bytes after each line. ``pixel_format``:
    PFNC code (GenICam PFNC 2.x). ``frame_id``: None if the producer gives none.
    Frames compare by identity; repr() leaves ``data`` out, which may be given back already.
    """

    data: NDArray[np.uint8] = field(repr=False)
    width: int
    height: int
    pixel_format: int
    times: FrameTimes
    padding_x: int = 0
    frame_id: int | None = None
    on_release: Callable[[], None] = field(default=_nothing, repr=False)

    def release(self) -> None:
        """Give the buffer back to the producer; ``data`` must not be used afterwards."""
        on_release, self.on_release = self.on_release, _nothing
        on_release()

    def __enter__(self) -> RawFrame:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
