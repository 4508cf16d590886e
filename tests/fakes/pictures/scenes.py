"""Pictures with known content, and the mosaic that a sensor makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from camstrm.frame import RawFrame
from tests.fakes.pictures.pixel_packing import INTERLEAVED, ONE_COMPONENT, pack_colour, pack_values

_MOSAICS = {
    "RG": ((0, 1), (1, 2)),
    "GR": ((1, 0), (2, 1)),
    "GB": ((1, 2), (0, 1)),
    "BG": ((2, 1), (1, 0)),
}


def _to_bytes(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.round(values), 0, 255), np.uint8)


def plain_scene(height: int, width: int, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Make one colour everywhere: (height, width, 3) RGB."""
    return np.full((height, width, 3), colour, np.uint8)


def gradient_scene(height: int, width: int) -> NDArray[np.uint8]:
    """Make a picture with red rising to the right, green downwards, blue to the left.

    Colours belong to the middle of a pixel, so that the scene is the same at any size.
    """
    x = ((np.arange(width) + 0.5) / width)[np.newaxis, :]
    y = ((np.arange(height) + 0.5) / height)[:, np.newaxis]
    red, green, blue = 30 + 190 * x + 0 * y, 20 + 200 * y + 0 * x, 220 - 180 * x + 0 * y
    return _to_bytes(np.stack([red, green, blue], axis=-1))


def natural_scene(height: int, width: int) -> NDArray[np.uint8]:
    """Make smooth shading with coloured discs and a bright bar, edges one or two pixels soft.

    Sensors with a lens see no sharper edges; a little noise is added, always the same.
    """
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 120 + 60 * np.sin(x / 57) + 30 * np.cos(y / 83)
    green = 115 + 50 * np.sin((x + y) / 71) + 20 * np.cos(y / 47)
    blue = 110 + 60 * np.cos(x / 63) * np.sin(y / 51)
    picture = np.stack([red, green, blue], axis=-1)
    for _ in range(12):
        centre_x, centre_y = rng.integers(0, width), rng.integers(0, height)
        radius = rng.integers(max(2, height // 20), max(3, height // 5))
        distance = np.hypot(x - centre_x, y - centre_y)
        inside = np.clip((radius - distance) / 2.5 + 0.5, 0.0, 1.0)[:, :, np.newaxis]
        picture = picture * (1 - inside) + rng.integers(20, 236, 3) * inside
    bar = np.clip((6.0 - np.abs(x * 0.6 + y - height * 0.7)) / 2.5, 0.0, 1.0)[:, :, np.newaxis]
    picture = picture * (1 - bar) + 235.0 * bar + rng.normal(0.0, 1.5, picture.shape)
    return _to_bytes(picture)


def mosaic_of(rgb: NDArray[np.uint8], start: str) -> NDArray[np.int64]:
    """Keep one colour of each pixel, as a sensor whose first line starts with ``start``."""
    mosaic = np.zeros(rgb.shape[:2], np.int64)
    for row, colours in enumerate(_MOSAICS[start]):
        for column, colour in enumerate(colours):
            mosaic[row::2, column::2] = rgb[row::2, column::2, colour]
    return mosaic


def frame_of(name: str, scene: NDArray[np.uint8], padding_x: int = 0) -> RawFrame:
    """Make what a camera of pixel format ``name`` sends of ``scene``; grey ones see its green."""
    if name in INTERLEAVED:
        return pack_colour(name, scene, padding_x)
    values = mosaic_of(scene, name[5:7]) if name.startswith("Bayer") else scene[:, :, 1]
    return pack_values(name, values.astype(np.int64) << (ONE_COMPONENT[name][1] - 8), padding_x)


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Compare two pictures: peak signal to noise ratio in dB; 99 if they are equal."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255.0**2 / error))
