"""JPEG pictures and bundles as a grabber sends them."""

from __future__ import annotations

import numpy as np
import simplejpeg

from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle, Region, View

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
    source: tuple[int, int] | None = None,
) -> CameraFrame:
    """Make the CameraFrame of a picture; ``source``: size of the camera's frame, if another."""
    source_width, source_height = source or (width, height)
    return CameraFrame(
        camera,
        state,
        encoding,
        capture_time_us=capture_time_us,
        encoded_time_us=capture_time_us,
        width=width,
        height=height,
        source_width=source_width,
        source_height=source_height,
        payload=payload,
    )


def view_frame(
    view: View, payload: bytes, size: tuple[int, int], source: tuple[int, int], *, late_us: int = 0
) -> CameraFrame:
    """Make the CameraFrame of a view: ``size`` of the picture, ``source`` of the camera's frame."""
    region = view.region or Region(0, 0, *source)
    return CameraFrame(
        view.camera,
        CameraState.STREAMING,
        Encoding.JPEG,
        capture_time_us=BASE_US + late_us,
        encoded_time_us=BASE_US + late_us,
        width=size[0],
        height=size[1],
        source_width=source[0],
        source_height=source[1],
        payload=payload,
        view=view.id,
        x=region.x,
        y=region.y,
        region_width=region.width,
        region_height=region.height,
    )


def state_frame(camera: int, state: int, since_us: int = BASE_US) -> CameraFrame:
    """Make the CameraFrame of a camera without a picture."""
    return CameraFrame(camera, state, state_since_us=since_us)


def bundle(seq: int, *frames: CameraFrame, timestamp_us: int = BASE_US) -> FrameBundle:
    """Make a FrameBundle."""
    return FrameBundle(seq, timestamp_us, frames)
