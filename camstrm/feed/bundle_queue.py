"""What waits for one reader of the feed that is slower than the grabber."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

from camstrm.wire import FrameBundle, merge_bundles

__all__ = ["BundleBacklog", "BundleQueue", "NewestBundle"]


class BundleQueue(ABC):
    """Bundles on their way to one reader. Used by the grabber's event loop alone."""

    def __init__(self) -> None:
        self.dropped = 0
        """Bundles that the reader will not get, since the start of the grabber."""
        self._bundles: deque[FrameBundle] = deque()

    @abstractmethod
    def put(self, bundle: FrameBundle) -> None:
        """Take the next bundle; what is dropped to make room for it is counted."""

    def take(self) -> FrameBundle | None:
        """Return what goes out next, if there is anything."""
        return self._bundles.popleft() if self._bundles else None

    def clear(self) -> None:
        """Forget what waits: the reader is gone. It is not counted as dropped."""
        self._bundles.clear()


class NewestBundle(BundleQueue):
    """Keeps one bundle; a newer one takes its place, with its pictures where it has none."""

    def put(self, bundle: FrameBundle) -> None:
        if self._bundles:
            self.dropped += 1
            bundle = merge_bundles(self._bundles.pop(), bundle)
        self._bundles.append(bundle)


class BundleBacklog(BundleQueue):
    """Keeps bundles in order, up to ``max_bytes``; one that does not fit is dropped."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._bytes = 0  # sum of their encoded sizes

    def put(self, bundle: FrameBundle) -> None:
        if self._bytes + bundle.size > self._max_bytes:
            self.dropped += 1
        else:
            self._bundles.append(bundle)
            self._bytes += bundle.size

    def take(self) -> FrameBundle | None:
        bundle = super().take()
        self._bytes -= bundle.size if bundle is not None else 0
        return bundle

    def clear(self) -> None:
        super().clear()
        self._bytes = 0
