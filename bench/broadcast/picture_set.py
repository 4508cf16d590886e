"""Make the pictures that all servers of the benchmark send: three cameras, 450 KB in sum."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import simplejpeg

from bench.broadcast.stamped_jpeg import PICTURE_SIZES

__all__ = ["SET_SIZE", "write_picture_set"]

SET_SIZE = 450_000
"""Bytes of the set; the stamps of a server come on top."""

_COMMENT = b"\xff\xfe"
_MAX_COMMENT = 60_000


def write_picture_set(folder: Path, size: int = SET_SIZE, *, colour: bool = False) -> list[Path]:
    """Write 0.jpg, 1.jpg, 2.jpg: real JPEGs of exactly ``size`` bytes together, grey or 4:2:0.

    Noise is chosen so that they come close below it; comments fill the rest.
    """
    pixels = [height * width for width, height in PICTURE_SIZES]
    paths: list[Path] = []
    for index, (width, height) in enumerate(PICTURE_SIZES):
        share = size * pixels[index] // sum(pixels)
        if index == len(PICTURE_SIZES) - 1:
            share = size - sum(path.stat().st_size for path in paths)
        path = folder / f"{index}.jpg"
        path.write_bytes(_filled(_jpeg(width, height, share, colour=colour), share))
        paths.append(path)
    return paths


def _jpeg(width: int, height: int, size: int, *, colour: bool) -> bytes:
    """Return the JPEG with the most noise that is not larger than ``size``."""
    generator = np.random.default_rng(1)
    ramp = np.linspace(64, 192, width, dtype=np.float32)
    noise = generator.normal(0, 1, (height, width)).astype(np.float32)
    low, high = 0.0, 64.0
    best = b""
    while high - low > 0.25 or not best:
        middle = (low + high) / 2
        image = (ramp + middle * noise).clip(0, 255).astype(np.uint8)[..., None]
        if colour:
            image = np.repeat(image, 3, axis=2)
            image[..., 2] = 255 - image[..., 2]
        jpeg: bytes = simplejpeg.encode_jpeg(
            image,
            quality=80,
            colorspace="RGB" if colour else "GRAY",
            colorsubsampling="420" if colour else "444",
        )
        if len(jpeg) <= size:
            low, best = middle, jpeg
        else:
            high = middle
        if high < 1e-3:
            raise ValueError(f"{size} bytes are too few for a picture of {width}x{height}")
    return best


def _filled(jpeg: bytes, size: int) -> bytes:
    """Return the JPEG with comments after its start that make it ``size`` bytes long."""
    missing = size - len(jpeg)
    comments = []
    while missing >= 4:  # marker and size
        length = min(missing, _MAX_COMMENT)
        if 0 < missing - length < 4:
            length -= 4
        comments.append(_COMMENT + (length - 2).to_bytes(2, "big") + bytes(length - 4))
        missing -= length
    # Fewer than 4 bytes are no segment; behind the end of the image nobody looks at them.
    return jpeg[:2] + b"".join(comments) + jpeg[2:] + bytes(missing)
