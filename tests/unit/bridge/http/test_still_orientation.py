"""The orientation in PNG and TIFF files, as OpenCV and tifffile read it."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime, timezone
from itertools import product
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from camstrm.bridge.http.still_orientation import oriented_still
from camstrm.bridge.viewers.jpeg_orientation import orientation, oriented
from camstrm.imaging.full_depth import DeepImage
from camstrm.imaging.png import encode_png
from camstrm.imaging.tiff import encode_tiff
from camstrm.wire import CameraInfo

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}

PIXELS = np.arange(48, dtype=np.uint16).reshape(6, 8)


def camera(rotation: int, mirror: bool) -> CameraInfo:
    return CameraInfo(0, "left", rotation=rotation, mirror=mirror)


def as_told(parts: list[bytes | memoryview], info: CameraInfo) -> bytes:
    return b"".join(oriented_still([memoryview(part) for part in parts], info))


def tiff_parts() -> list[bytes | memoryview]:
    image = DeepImage(PIXELS, "GRAY", 12)
    taken = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return encode_tiff(image, "{}", make="m", model="o", taken=taken, software="camstrm")


@pytest.mark.parametrize(("rotation", "mirror"), [*product((0, 90, 180, 270), (False, True))])
def test_a_tiff_says_it_and_keeps_its_pixels(rotation: int, mirror: bool) -> None:
    info = camera(rotation, mirror)
    with tifffile.TiffFile(io.BytesIO(as_told(tiff_parts(), info))) as file:
        page = file.pages[0]
        assert page.tags[274].value == orientation(info)
        assert np.array_equal(page.asarray(), PIXELS)


def opened(file: bytes, flags: int) -> NDArray[Any]:
    image: NDArray[Any] | None = cv2.imdecode(np.frombuffer(file, np.uint8), flags)
    assert image is not None
    return image


def png_chunks(file: bytes) -> dict[bytes, bytes]:
    """Return the content of each kind of chunk, in the file's order; their checks must be right."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(file):
        (size,) = struct.unpack_from(">I", file, at)
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", file, at + 8 + size) == (zlib.crc32(kind + content),)
        found[kind] = found.get(kind, b"") + content
        at += 12 + size
    return found


@pytest.mark.parametrize(("rotation", "mirror"), [*product((0, 90, 180, 270), (False, True))])
def test_a_png_says_it_before_its_pixels(rotation: int, mirror: bool) -> None:
    info = camera(rotation, mirror)
    pixels = PIXELS.astype(np.uint8) * 5
    file = as_told(encode_png(pixels, "{}", 8), info)
    decoded = opened(file, cv2.IMREAD_UNCHANGED)
    assert np.array_equal(decoded, pixels)
    shown = opened(file, cv2.IMREAD_GRAYSCALE)
    wanted = cv2.flip(pixels, 1) if mirror else pixels
    assert np.array_equal(shown, wanted if not rotation else cv2.rotate(wanted, TURNS[rotation]))
    chunks = png_chunks(file)
    if orientation(info) == 1:
        assert b"eXIf" not in chunks
    else:
        # The same as in a JPEG, where a decoder has shown that it is right.
        jpeg = b"".join(map(bytes, oriented(b"\xff\xd8\xff\xd9", info)))
        assert b"Exif\0\0" + chunks[b"eXIf"] in jpeg
        assert list(chunks).index(b"eXIf") < list(chunks).index(b"IDAT")


@pytest.mark.parametrize("size", [0, 3, 8, 12, 32, 100])
def test_what_is_cut_off_or_something_else_stays_as_it_is(size: int) -> None:
    png = b"".join(encode_png(PIXELS.astype(np.uint8), "{}", 8))
    for file in (png[: min(size, 32)], bytes(tiff_parts()[0][: min(size, 20)]), b"GIF89a" * size):
        assert b"".join(oriented_still([memoryview(file)], camera(90, False))) == file


def test_a_large_file_in_small_pieces_is_changed_once_and_not_copied() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8)
    file = b"".join(encode_png(pixels, "{}", 8))
    pieces = [memoryview(file)[at : at + 100] for at in range(0, len(file), 100)]
    said = oriented_still(pieces, camera(90, False))
    assert b"".join(said) == b"".join(oriented_still([memoryview(file)], camera(90, False)))
    assert said[-1].obj is file
    decoded = opened(b"".join(said), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(decoded, pixels)
