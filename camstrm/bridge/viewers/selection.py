"""Selection: which pictures of a bundle one viewer gets, and in which entry of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from msgspec.structs import replace

from camstrm.wire import MAX_BUNDLE_SIZE, MAX_CAMERAS, CameraFrame, FrameBundle, select_entries

__all__ = ["EVERYTHING", "Selection", "camera_of", "key_of"]

_VIEWS = 1 << 16
"""Keys of views are at least this; those of whole pictures are the cameras' indices."""


def key_of(view: int, camera: int) -> int:
    """Return the key (CameraFrame.key) of a view's entry."""
    return view << 16 | camera


def camera_of(key: int) -> int:
    """Return the camera of an entry with this key."""
    return key & 0xFFFF


class Selection(NamedTuple):
    """What one viewer gets of each bundle; equal ones share their bytes.

    ``cameras``: whose whole pictures it gets; None: all. ``entries``: what it gets beside them
    or in their place, as pairs of keys (CameraFrame.key): of the entry that it gets, and of the
    one in the grabber's bundle whose picture goes into it. They are the same for a view as it was
    asked for; they differ for a viewer that gets smaller pictures than it asked for.
    ``allowed``: the cameras that it may know of; nothing of others is in what it gets, whatever
    it asks for. None: all.
    """

    cameras: frozenset[int] | None = None
    entries: frozenset[tuple[int, int]] = frozenset()
    allowed: frozenset[int] | None = None

    def of(self, bundle: FrameBundle) -> FrameBundle:
        """Return what the viewer gets of ``bundle``; the headers of all cameras stay."""
        if self.allowed is not None:
            ours = tuple(f for f in bundle.frames if f.camera_index in self.allowed)
            bundle = replace(bundle, frames=ours)
        listed = {frame.key: frame for frame in bundle.frames}
        cameras, entries, _ = self.within(listed)
        whole = select_entries(bundle, cameras, ())
        if not entries:
            return whole
        smaller = {key: listed[source] for key, source in entries if key < _VIEWS}
        frames = [_as_whole(f, smaller.get(f.key)) for f in whole.frames]
        for key, source in sorted(entries):
            if key >= _VIEWS:
                frame = listed[source]
                frames.append(frame if key == source else replace(frame, view=key >> 16))
        selected = replace(bundle, frames=tuple(frames[:MAX_CAMERAS]))
        # One small picture may stand in for several views: together they can be too large.
        return selected if selected.size <= MAX_BUNDLE_SIZE else whole

    def within(self, keys: Collection[int]) -> Selection:
        """Return what it comes to for a bundle whose entries have these keys.

        Where the smaller picture for an entry is not there, the one that the viewer asked for
        goes.
        """
        if not self.entries:
            return self
        allowed = self.allowed
        if allowed is not None:
            keys = {key for key in keys if camera_of(key) in allowed}
        entries = {(key, source) for key, source in self.entries if source in keys}
        missing = {key for key, source in self.entries if source not in keys}
        entries.update((key, key) for key in missing if key >= _VIEWS and key in keys)
        cameras = self.cameras
        if cameras is not None:
            cameras |= {key for key in missing if key < _VIEWS}
        return Selection(cameras, frozenset(entries), allowed)

    def shows(self, pictures: Iterable[int]) -> bool:
        """Return whether it takes any of these pictures, given by their keys."""
        sources = {source for _, source in self.entries}
        return any(
            key in sources or (key < _VIEWS and (self.cameras is None or key in self.cameras))
            for key in pictures
        )

    def has_all(self, keys: Collection[int]) -> bool:
        """Return whether all that goes into its entries is among these keys."""
        return all(source in keys for _, source in self.entries)


EVERYTHING = Selection()
"""The whole pictures of all cameras: the selection of a viewer that never asked for anything."""


def _as_whole(frame: CameraFrame, smaller: CameraFrame | None) -> CameraFrame:
    if smaller is None:
        return frame
    return replace(
        smaller,
        state=frame.state,
        state_since_us=frame.state_since_us,
        view=0,
        x=0,
        y=0,
        region_width=0,
        region_height=0,
    )
