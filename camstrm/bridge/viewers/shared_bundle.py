"""A bundle on its way to many viewers."""

from __future__ import annotations

from camstrm.bridge.viewers.web_socket_frames import Opcode, frame_header
from camstrm.wire import (
    MAX_BUNDLE_SIZE,
    FrameBundle,
    encode_bundle,
    merge_bundles,
    select_cameras,
)

__all__ = ["SharedBundle"]


class SharedBundle:
    """A bundle whose bytes are made once for each selection of cameras, not for each viewer.

    ``encoded`` is the bundle as it came from the grabber, if it did: viewers of all its
    pictures get these very bytes. ``pictures`` are the cameras that have a picture in it.
    """

    __slots__ = ("_frames", "_merged", "bundle", "pictures")

    def __init__(self, bundle: FrameBundle, encoded: memoryview | None = None) -> None:
        self.bundle = bundle
        self.pictures = frozenset([f.camera_index for f in bundle.frames if len(f.payload)])
        self._frames: dict[frozenset[int], tuple[bytes, memoryview]] = {}
        """WebSocket header and bytes of each selection that somebody wanted."""
        self._merged: dict[frozenset[int], SharedBundle] = {}
        """What :meth:`over` made, by the cameras whose older pictures are in it."""
        if encoded is not None:
            self._frames[self.pictures] = _framed(encoded)

    def encoded(self, cameras: frozenset[int] | None) -> memoryview:
        """Return the bundle's bytes with the pictures of ``cameras`` only (None: all)."""
        return self.web_socket_frame(cameras)[1]

    def web_socket_frame(self, cameras: frozenset[int] | None) -> tuple[bytes, memoryview]:
        """Return header and payload, which is :meth:`encoded`, of a WebSocket message."""
        wanted = self.pictures if cameras is None else self.pictures & cameras
        found = self._frames.get(wanted)
        if found is None:
            data = memoryview(encode_bundle(select_cameras(self.bundle, wanted)))
            found = self._frames[wanted] = _framed(data)
        return found

    def over(self, older: SharedBundle) -> SharedBundle:
        """Return this bundle with the pictures of ``older`` where it has none.

        ``older`` must hold, for each of its pictures, the newest before this bundle: then
        the cameras alone tell what the result is, and viewers that missed the same
        cameras share it.
        """
        missing = older.pictures - self.pictures
        missing &= {f.camera_index for f in self.bundle.frames}
        if not missing:
            return self
        merged = self._merged.get(missing)
        if merged is None:
            bundle = merge_bundles(older.bundle, self.bundle)
            # Two bundles of legal size may be too large together; then the older pictures go.
            merged = SharedBundle(bundle) if bundle.size <= MAX_BUNDLE_SIZE else self
            self._merged[missing] = merged
        return merged


def _framed(data: memoryview) -> tuple[bytes, memoryview]:
    return frame_header(Opcode.BINARY, len(data)), data
