"""A bundle on its way to many viewers."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from camstrm.bridge.viewers.selection import EVERYTHING, Selection
from camstrm.bridge.viewers.web_socket_frames import Opcode, frame_header
from camstrm.wire import (
    MAX_BUNDLE_SIZE,
    FrameBundle,
    encode_bundle,
    encode_bundle_parts,
    merge_bundles,
)
from camstrm.wire.bundle import BUNDLE_HEADER_SIZE

__all__ = ["BundleMessage", "SharedBundle"]


class BundleMessage(NamedTuple):
    """A bundle as a WebSocket message: its frame in parts, and the bytes of the bundle in it."""

    parts: tuple[bytes, memoryview]
    size: int


class SharedBundle:
    """A bundle whose bytes are made once for each selection, not for each viewer.

    ``encoded`` is the bundle as it came from the grabber, if it did: viewers of all its
    whole pictures get these very bytes, without the views at their end.
    """

    __slots__ = ("_encoded", "_keys", "_merged", "_messages", "_pictures", "bundle")

    def __init__(self, bundle: FrameBundle, encoded: memoryview | None = None) -> None:
        self.bundle = bundle
        self._encoded = encoded
        """The bytes as they came; None: they are not there."""
        self._pictures: frozenset[int] | None = None
        """What :attr:`pictures` has found."""
        self._keys: frozenset[int] | None = None
        """What :attr:`keys` has found."""
        self._messages: dict[Selection, BundleMessage] = {}
        """The message for each selection that somebody wanted; equal ones are there once."""
        self._merged: dict[frozenset[int], SharedBundle] = {}
        """What :meth:`over` made, by the keys of the entries whose older pictures are in it."""

    @property
    def pictures(self) -> frozenset[int]:
        """Keys of the entries that have a picture; most bundles are sent without this."""
        if self._pictures is None:
            self._pictures = frozenset(f.key for f in self.bundle.frames if len(f.payload))
        return self._pictures

    @property
    def keys(self) -> frozenset[int]:
        """Keys of all entries, also of those without a picture."""
        if self._keys is None:
            self._keys = frozenset(f.key for f in self.bundle.frames)
        return self._keys

    def message(self, selection: Selection) -> BundleMessage:
        """Return the WebSocket message with what ``selection`` takes of the bundle."""
        found = self._messages.get(selection)
        if found is None:
            needed = selection if selection == EVERYTHING else self._needed(selection)
            found = self._messages.get(needed)
            if found is None:
                found = self._messages[needed] = self._make(needed)
            self._messages[selection] = found
        return found

    def over(self, older: SharedBundle) -> SharedBundle:
        """Return this bundle with the pictures of ``older`` where it has none.

        ``older`` must hold, for each of its pictures, the newest before this bundle: then
        the keys alone say what the result is, and viewers that missed the same pictures
        share it.
        """
        missing = older.pictures - self.pictures
        if missing:
            missing &= self.keys
        if not missing:
            return self
        merged = self._merged.get(missing)
        if merged is None:
            bundle = merge_bundles(older.bundle, self.bundle)
            # Two bundles of legal size may be too large together; then the older pictures go.
            merged = SharedBundle(bundle) if bundle.size <= MAX_BUNDLE_SIZE else self
            self._merged[missing] = merged
        return merged

    def _needed(self, selection: Selection) -> Selection:
        """Return the selection that is the same for this bundle and asks for nothing beyond it."""
        selection = selection.within(self.keys) if selection.entries else selection
        cameras = selection.cameras
        if cameras is not None:
            cameras &= self.pictures
            if len(cameras) == sum(key < 1 << 16 for key in self.pictures):
                cameras = None
            selection = selection._replace(cameras=cameras)
        return selection

    def _make(self, selection: Selection) -> BundleMessage:
        if selection == EVERYTHING and self._encoded is not None:
            frames = self.bundle.frames
            count = 0
            while count < len(frames) and not frames[count].view:
                count += 1
            if count == len(frames):
                return _message(b"", self._encoded)
            all_behind = all(frame.view for frame in frames[count:])
            # Not if a later grabber's headers are longer than those that are known here.
            if all_behind and self.bundle.size == len(self._encoded):
                whole = replace(self.bundle, frames=frames[:count])
                (head, *_) = encode_bundle_parts(whole)
                return _message(bytes(head), self._encoded[BUNDLE_HEADER_SIZE : whole.size])
        return _message(b"", memoryview(encode_bundle(selection.of(self.bundle))))


def _message(head: bytes, rest: memoryview) -> BundleMessage:
    size = len(head) + len(rest)
    return BundleMessage((frame_header(Opcode.BINARY, size) + head, rest), size)
