"""A picture like a camera's, and the raw frames that cameras of several formats make of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import FrameTimes, RawFrame, pixel_format_code
from tests.fakes.pictures.scenes import mosaic_of

__all__ = ["camera_scene", "frame_of"]

_OCTAVES = ((3, 40.0), (8, 22.0), (24, 14.0), (70, 10.0), (200, 8.0), (500, 8.0), (1000, 8.0))
"""Cells along the picture's height and standard deviation: detail falls with its fineness."""

_PARTS = 60
_LENS_BLUR = 0.8
_SENSOR_NOISE = 3.0


def camera_scene(width: int, height: int) -> NDArray[np.uint8]:
    """Make a picture: RGB uint8 (height, width, 3), the same each time.

    Surfaces with structure at all scales, parts with edges and print on them, a lens that
    blurs by 0.8 pixels and a sensor with noise of 3 of 255. Halved from 2656x2304 and encoded
    at quality 80 it has about 300 KB in colour, as the pictures of a machine's inside have.
    """
    rng = np.random.default_rng(11)
    picture = np.full((height, width, 3), 105.0, np.float32)
    for cells, deviation in _OCTAVES:
        across = max(2, cells * width // height)
        grey = rng.normal(0, deviation, (cells, across, 1))
        colour = rng.normal(0, deviation * 0.3, (cells, across, 3))
        field = (grey + colour).astype(np.float32)
        picture += cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
    drawn = _to_bytes(picture)
    for number in range(_PARTS):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        radius = int(rng.integers(max(2, height // 90), max(3, height // 14)))
        tint = tuple(int(level) for level in rng.integers(25, 225, 3))
        if number % 2:
            cv2.circle(drawn, (x, y), radius, tint, -1)
        else:
            cv2.rectangle(drawn, (x, y), (x + 2 * radius, y + radius), tint, -1)
        cv2.putText(drawn, f"SN {number:04d}", (x, y), 0, radius / 40, (20, 20, 20), 1)
    picture = cv2.GaussianBlur(drawn, (0, 0), _LENS_BLUR).astype(np.float32)
    picture += rng.standard_normal(picture.shape, np.float32) * np.float32(_SENSOR_NOISE)
    return _to_bytes(picture)


def frame_of(name: str, scene: NDArray[np.uint8]) -> RawFrame:
    """Make the frame that a camera of pixel format ``name`` (PFNC) sends of ``scene``.

    Grey cameras see its green. The lowest bits of 12-bit pixels are 0. Raises ValueError
    for formats that the benchmark does not use.
    """
    code = pixel_format_code(name)
    if code is None or name not in FORMATS:
        raise ValueError(f"no camera of the benchmark sends {name}")
    height, width = scene.shape[:2]
    data = FORMATS[name](scene).reshape(-1)
    data.flags.writeable = False
    return RawFrame(data, width, height, code, FrameTimes(0))


def _to_bytes(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.round(picture), 0, 255), np.uint8)


def _grey(scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(scene[:, :, 1])


def _mosaic(scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return mosaic_of(scene, "RG").astype(np.uint8)


def _packed_12p(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # Two pixels of 12 bits as one stream of 24, the first one's bits lowest.
    first, second = pixels[:, 0::2], pixels[:, 1::2]
    return np.stack([first << 4, first >> 4, second], axis=-1)


def _packed_gige(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # High byte, low halves of both pixels, high byte.
    first, second = pixels[:, 0::2], pixels[:, 1::2]
    return np.stack([first, np.zeros_like(first), second], axis=-1)


def _yuv422(scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
    luma, red, blue = cv2.split(cv2.cvtColor(scene, cv2.COLOR_RGB2YCrCb))
    return np.stack([luma[:, 0::2], blue[:, 0::2], luma[:, 1::2], red[:, 0::2]], axis=-1)


FORMATS = {
    "Mono8": _grey,
    "Mono12p": lambda scene: _packed_12p(_grey(scene)),
    "Mono12Packed": lambda scene: _packed_gige(_grey(scene)),
    "BayerRG8": _mosaic,
    "BayerRG12p": lambda scene: _packed_12p(_mosaic(scene)),
    "RGB8": lambda scene: scene.copy(),
    "YUV422_8": _yuv422,
}
"""What makes the bytes of each format."""
