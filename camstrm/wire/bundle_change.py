"""Bundles made of other bundles: what replaces an unsent one, and what one viewer wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import is_

from msgspec.structs import replace

from camstrm.wire.bundle import MAX_BUNDLE_SIZE, CameraFrame, Encoding, FrameBundle, byte_count


def merge_bundles(older: FrameBundle, newer: FrameBundle) -> FrameBundle:
    """Give ``newer`` the pictures of ``older`` for the cameras and views where it has none.

    What replaces an unsent bundle goes through this, so that a camera slower than the
    stream does not lose its newest picture. State and ``state_since_us`` stay those of
    ``newer``; a camera or view that ``newer`` does not list is gone. A picture that would make
    the bundle larger than MAX_BUNDLE_SIZE is left out: the result can always be encoded.
    """
    kept = {f.key: f for f in older.frames if len(f.payload)}
    if not kept:
        return newer
    room = MAX_BUNDLE_SIZE - newer.size
    frames = []
    for frame in newer.frames:
        picture = None if len(frame.payload) else kept.get(frame.key)
        if picture is not None and byte_count(picture.payload) <= room:
            room -= byte_count(picture.payload)
            frames.append(replace(picture, state=frame.state, state_since_us=frame.state_since_us))
        else:
            frames.append(frame)
    return replace(newer, frames=tuple(frames))


def fitted(bundle: FrameBundle) -> FrameBundle:
    """Leave out pictures that make a bundle larger than MAX_BUNDLE_SIZE; the first ones stay."""
    room = MAX_BUNDLE_SIZE - bundle.size
    if room >= 0:
        return bundle
    room += sum(byte_count(frame.payload) for frame in bundle.frames)
    frames = []
    for frame in bundle.frames:
        size = byte_count(frame.payload)
        fits = size <= room
        room -= size if fits else 0
        frames.append(frame if fits else _cut(frame))
    return replace(bundle, frames=tuple(frames))


def select_cameras(bundle: FrameBundle, cameras: Collection[int]) -> FrameBundle:
    """Cut the payloads of the cameras that are not in ``cameras``, and all views.

    A camera that is cut keeps its header, so that a viewer can show that it is there.
    """
    return select_entries(bundle, cameras, ())


def select_entries(
    bundle: FrameBundle, cameras: Collection[int] | None, views: Collection[int]
) -> FrameBundle:
    """Keep the pictures of ``cameras`` (None: of all) and the views whose ids are in ``views``.

    The other cameras keep their headers, as in :func:`select_cameras`; of the other views
    nothing is left. Returns ``bundle`` itself if it is just what is wanted.
    """
    frames = tuple(_selected(bundle.frames, cameras, views))
    unchanged = len(frames) == len(bundle.frames) and all(map(is_, frames, bundle.frames))
    return bundle if unchanged else replace(bundle, frames=frames)


def _selected(
    frames: Iterable[CameraFrame], cameras: Collection[int] | None, views: Collection[int]
) -> Iterable[CameraFrame]:
    for frame in frames:
        if frame.view:
            if frame.view in views:
                yield frame
        elif cameras is None or frame.camera_index in cameras or not len(frame.payload):
            yield frame
        else:
            yield _cut(frame)


def _cut(frame: CameraFrame) -> CameraFrame:
    return replace(frame, encoding=Encoding.NONE, width=0, height=0, payload=b"")
