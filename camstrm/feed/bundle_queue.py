"""What waits for one reader of the feed that is slower than the grabber."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from camstrm.wire import FrameBundle, merge_bundles

__all__ = ["BundleBacklog", "BundleQueue", "NewestBundle"]


class BundleQueue(Protocol):
    """Bundles on their way to one reader. Used by the grabber's event loop alone."""

    dropped: int
    """Bundles that the reader will not get, since the start of the grabber."""

    def put(self, bundle: FrameBundle) -> None:
        """Take the next bundle."""

    def take(self) -> FrameBundle | None:
        """Return what goes out next, if there is anything."""

    def clear(self) -> None:
        """Forget what waits: the reader is gone. It is not counted as dropped."""


class NewestBundle:
    """Keeps one bundle; a newer one takes its place, with its pictures where it has none."""

    def __init__(self) -> None:
        self.dropped = 0
        self._bundle: FrameBundle | None = None

    def put(self, bundle: FrameBundle) -> None:
        if self._bundle is not None:
            self.dropped += 1
            bundle = merge_bundles(self._bundle, bundle)
        self._bundle = bundle

    def take(self) -> FrameBundle | None:
        bundle, self._bundle = self._bundle, None
        return bundle

    def clear(self) -> None:
        self._bundle = None


class BundleBacklog:
    """Keeps bundles in order, up to ``max_bytes``; one that does not fit is dropped."""

    def __init__(self, max_bytes: int) -> None:
        self.dropped = 0
        self._max_bytes = max_bytes
        self._bundles: deque[FrameBundle] = deque()
        self._bytes = 0  # sum of their encoded sizes

    def put(self, bundle: FrameBundle) -> None:
        if self._bytes + bundle.size > self._max_bytes:
            self.dropped += 1
            return
        self._bundles.append(bundle)
        self._bytes += bundle.size

    def take(self) -> FrameBundle | None:
        if not self._bundles:
            return None
        bundle = self._bundles.popleft()
        self._bytes -= bundle.size
        return bundle

    def clear(self) -> None:
        self._bundles.clear()
        self._bytes = 0
