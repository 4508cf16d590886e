"""JPEG pictures and bundles as a grabber sends them."""

from __future__ import annotations

import numpy as np
import simplejpeg

from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle

BASE_US = 1_700_000_000_000_000
"""2023-11-14 22:13:20 UTC, as good a server time as any."""


def jpeg(width: int, height: int, colour: tuple[int, int, int] = (200, 40, 40)) -> bytes:
    """Encode a picture of one RGB colour."""
    pixels = np.full((height, width, 3), colour, np.uint8)
    data: bytes = simplejpeg.encode_jpeg(pixels, quality=90, colorspace="RGB")
    return data


def grey_jpeg(width: int, height: int, level: int = 128) -> bytes:
    """Encode a picture of one grey."""
    pixels = np.full((height, width, 1), level, np.uint8)
    data: bytes = simplejpeg.encode_jpeg(pixels, quality=90, colorspace="GRAY")
    return data


def picture_frame(
    camera: int,
    payload: bytes,
    width: int,
    height: int,
    *,
    state: int = CameraState.STREAMING,
    capture_time_us: int = BASE_US,
    encoding: int = Encoding.JPEG,
) -> CameraFrame:
    """Make the CameraFrame of a picture."""
    return CameraFrame(
        camera,
        state,
        encoding,
        capture_time_us=capture_time_us,
        encoded_time_us=capture_time_us,
        width=width,
        height=height,
        source_width=width,
        source_height=height,
        payload=payload,
    )


def state_frame(camera: int, state: int, since_us: int = BASE_US) -> CameraFrame:
    """Make the CameraFrame of a camera without a picture."""
    return CameraFrame(camera, state, state_since_us=since_us)


def bundle(seq: int, *frames: CameraFrame, timestamp_us: int = BASE_US) -> FrameBundle:
    """Make a FrameBundle."""
    return FrameBundle(seq, timestamp_us, frames)
