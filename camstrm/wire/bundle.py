"""FrameBundle: the newest picture of every camera, in one binary message.

FORMAT.md beside this file is the normative text. Pure functions on bytes: any input
gives a FrameBundle or a WireError.
"""

from __future__ import annotations

import enum
import struct

import msgspec

from camstrm.errors import WireError

Buffer = bytes | bytearray | memoryview

BUNDLE_MAGIC = b"CSFB"
BUNDLE_VERSION = 1

_BUNDLE_HEADER = struct.Struct("<4sBBHHHIQQ")
_CAMERA_HEADER = struct.Struct("<HHBBHIIQQQQQIIII")
_VIEW_FIELDS = struct.Struct("<IIIIII")

BUNDLE_HEADER_SIZE = _BUNDLE_HEADER.size
CAMERA_HEADER_SIZE = _CAMERA_HEADER.size
VIEW_HEADER_SIZE = CAMERA_HEADER_SIZE + _VIEW_FIELDS.size
"""Bytes of the header of a view; that of a whole picture stays without the fields for views."""

_WANTED = (BUNDLE_MAGIC, BUNDLE_VERSION, BUNDLE_HEADER_SIZE)

MAX_CAMERAS = 256
"""More cameras, and more entries in one bundle, are refused by encoder and decoder."""

MAX_BUNDLE_SIZE = 64 * 1024 * 1024
"""Bytes of a whole bundle, headers included: 16 colour JPEGs of 12 MP fit several times."""


class Encoding(enum.IntEnum):
    """How the payload of a camera is encoded."""

    NONE = 0
    JPEG = 1


class FrameFlag(enum.IntFlag):
    """Which optional fields of a CameraFrameHeader mean something."""

    FRAME_ID = 1
    DEVICE_TIMESTAMP = 2


class CameraFrame(msgspec.Struct, frozen=True, eq=False):
    """One camera's part of a bundle: CameraFrameHeader and payload.

    ``state`` and ``encoding`` are plain ints so that values of a later version pass
    through; compare them with CameraState and :class:`Encoding`. Times are
    microseconds of UTC since 1970, 0 where there is none. An empty ``payload`` means
    that there is no picture newer than the one of an earlier bundle. ``view``: 0 for the
    default view, else the id of a view that viewers asked for; ``x``, ``y``, ``region_width``,
    ``region_height``: the part of the camera's frame that it shows, in pixels of the frame, all
    0 in the default view. Not hashable: a payload may be a mutable buffer.
    """

    camera_index: int
    state: int
    encoding: int = Encoding.NONE
    flags: int = 0
    pixel_format: int = 0
    frame_id: int = 0
    device_timestamp_ns: int = 0
    capture_time_us: int = 0
    encoded_time_us: int = 0
    state_since_us: int = 0
    width: int = 0
    height: int = 0
    source_width: int = 0
    source_height: int = 0
    payload: Buffer = b""
    view: int = 0
    x: int = 0
    y: int = 0
    region_width: int = 0
    region_height: int = 0

    @property
    def key(self) -> int:
        """What distinguishes the entries of bundles: the camera's index in the default view."""
        return self.view << 16 | self.camera_index

    @property
    def header_size(self) -> int:
        """Bytes of the encoded header."""
        return VIEW_HEADER_SIZE if self.view else CAMERA_HEADER_SIZE

    def __eq__(self, other: object) -> bool:
        """Compare headers and payload bytes, whatever buffer type holds the payload."""
        if not isinstance(other, CameraFrame):
            return NotImplemented
        return (
            _header_fields(self) == _header_fields(other)
            and _view_fields(self) == _view_fields(other)
            and bytes(self.payload) == bytes(other.payload)
        )


class FrameBundle(msgspec.Struct, frozen=True):
    """The newest picture of every camera at one tick of the grabber.

    ``seq`` counts bundles of one grabber run, ``timestamp_us`` is the server's UTC time
    at the tick in microseconds.
    """

    seq: int
    timestamp_us: int
    frames: tuple[CameraFrame, ...]

    @property
    def size(self) -> int:
        """Bytes of the encoded bundle."""
        return BUNDLE_HEADER_SIZE + sum(f.header_size + byte_count(f.payload) for f in self.frames)


def byte_count(buffer: Buffer) -> int:
    """Return the size of ``buffer`` in bytes; len() of a memoryview counts its items."""
    return buffer.nbytes if isinstance(buffer, memoryview) else len(buffer)


def check_header(name: str, found: tuple[bytes, int, int], wanted: tuple[bytes, int, int]) -> None:
    """Raise WireError for another magic or version, or a shorter header than is wanted."""
    magic, version, size = found
    wanted_magic, wanted_version, wanted_size = wanted
    if magic != wanted_magic:
        raise WireError(name, f"magic {magic!r}, wanted {wanted_magic!r}")
    if version != wanted_version:
        raise WireError(name, f"version {version}, wanted {wanted_version}")
    if size < wanted_size:
        raise WireError(name, f"header size {size}, wanted >= {wanted_size}")


def _view_fields(frame: CameraFrame) -> tuple[int, ...]:
    return frame.view, 0, frame.x, frame.y, frame.region_width, frame.region_height


def _header_fields(frame: CameraFrame) -> tuple[int, ...]:
    return (
        frame.header_size,
        frame.camera_index,
        frame.state,
        frame.encoding,
        frame.flags,
        byte_count(frame.payload),
        frame.pixel_format,
        frame.frame_id,
        frame.device_timestamp_ns,
        frame.capture_time_us,
        frame.encoded_time_us,
        frame.state_since_us,
        frame.width,
        frame.height,
        frame.source_width,
        frame.source_height,
    )


def encode_bundle_parts(bundle: FrameBundle) -> list[Buffer]:
    """Encode as a list of buffers for ``sendmsg``; payloads are not copied.

    Raises WireError for a value that does not fit its field or a bundle that is too large.
    """
    if len(bundle.frames) > MAX_CAMERAS:
        raise WireError("FrameBundle", f"{len(bundle.frames)} cameras, {MAX_CAMERAS} at most")
    size = bundle.size
    if size > MAX_BUNDLE_SIZE:
        raise WireError("FrameBundle", f"{size} bytes, {MAX_BUNDLE_SIZE} at most")
    try:
        parts: list[Buffer] = [
            _BUNDLE_HEADER.pack(
                BUNDLE_MAGIC,
                BUNDLE_VERSION,
                0,
                BUNDLE_HEADER_SIZE,
                len(bundle.frames),
                0,
                size,
                bundle.seq,
                bundle.timestamp_us,
            )
        ]
        for frame in bundle.frames:
            header = _CAMERA_HEADER.pack(*_header_fields(frame))
            if frame.view:
                header += _VIEW_FIELDS.pack(*_view_fields(frame))
            parts.append(header)
            if byte_count(frame.payload):
                parts.append(frame.payload)
    except struct.error as error:
        raise WireError("FrameBundle", f"a value does not fit its field ({error})") from None
    return parts


def encode_bundle(bundle: FrameBundle) -> bytes:
    """Encode into one bytes object (one copy of every payload)."""
    return b"".join(encode_bundle_parts(bundle))


def decode_bundle(data: Buffer) -> FrameBundle:
    """Decode one whole bundle; payloads are memoryviews into ``data``, not copies.

    Raises WireError when ``data`` is not exactly one bundle of a version that this
    code knows. Headers that a later writer has made longer are accepted.
    """
    view = memoryview(data)
    if len(view) < BUNDLE_HEADER_SIZE:
        raise WireError("FrameBundleHeader", f"{len(view)} bytes, wanted {BUNDLE_HEADER_SIZE}")
    magic, version, _, header_size, count, _, total, seq, timestamp_us = _BUNDLE_HEADER.unpack_from(
        view
    )
    if (magic, version, header_size) != _WANTED:  # a longer header is right, too
        check_header("FrameBundleHeader", (magic, version, header_size), _WANTED)
    if count > MAX_CAMERAS:
        raise WireError("FrameBundleHeader", f"{count} cameras, {MAX_CAMERAS} at most")
    if total > MAX_BUNDLE_SIZE:
        raise WireError("FrameBundleHeader", f"total size {total}, {MAX_BUNDLE_SIZE} at most")
    if total != len(view):
        raise WireError("FrameBundleHeader", f"total size {total}, message has {len(view)} bytes")
    if header_size > total:
        raise WireError(
            "FrameBundleHeader", f"header size {header_size}, message has {total} bytes"
        )
    offset = header_size
    frames = []
    for position in range(count):
        frame, offset = _decode_frame(view, offset, position)
        frames.append(frame)
    if offset != total:
        raise WireError("FrameBundle", f"{total - offset} bytes after the last camera")
    return FrameBundle(seq, timestamp_us, tuple(frames))


def _decode_frame(view: memoryview, offset: int, position: int) -> tuple[CameraFrame, int]:
    left = len(view) - offset
    if left < CAMERA_HEADER_SIZE:
        raise _frame_error(position, f"{left} bytes left, wanted {CAMERA_HEADER_SIZE}")
    (
        header_size,
        camera_index,
        state,
        encoding,
        flags,
        payload_size,
        pixel_format,
        frame_id,
        device_timestamp_ns,
        capture_time_us,
        encoded_time_us,
        state_since_us,
        width,
        height,
        source_width,
        source_height,
    ) = _CAMERA_HEADER.unpack_from(view, offset)
    if header_size < CAMERA_HEADER_SIZE:
        raise _frame_error(position, f"header size {header_size}, wanted >= {CAMERA_HEADER_SIZE}")
    start = offset + header_size
    end = start + payload_size
    if end > len(view):
        raise _frame_error(position, f"payload ends at {end}, message has {len(view)} bytes")
    view_fields = (0, 0, 0, 0, 0)
    if header_size >= VIEW_HEADER_SIZE:
        number, _, *region = _VIEW_FIELDS.unpack_from(view, offset + CAMERA_HEADER_SIZE)
        if number:
            view_fields = (number, *region)
    frame = CameraFrame(
        camera_index,
        state,
        encoding,
        flags,
        pixel_format,
        frame_id,
        device_timestamp_ns,
        capture_time_us,
        encoded_time_us,
        state_since_us,
        width,
        height,
        source_width,
        source_height,
        view[start:end],
        *view_fields,
    )
    return frame, end


def _frame_error(position: int, problem: str) -> WireError:
    return WireError(f"CameraFrameHeader {position}", problem)
