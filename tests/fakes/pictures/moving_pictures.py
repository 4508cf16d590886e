"""JPEGs that look like what an inspection camera sees, and that move."""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


@functools.cache
def moving_jpegs(
    width: int, height: int, seed: int, *, grey: bool = False, count: int = 24
) -> tuple[bytes, ...]:
    """Return a loop of ``count`` JPEGs: parts on a belt that runs one pitch in a loop.

    ``seed`` also says how many parts are in view and where on the belt they start.
    """
    rng = np.random.default_rng(seed)
    belt = _belt(width, height, rng)
    places = 2 + seed % 3
    pitch = width / places
    radius = min(height * 0.34, pitch * 0.42)
    jpegs = []
    for step in range(count):
        image = belt.copy()
        for place in range(-1, places + 1):
            x = (place + step / count + 0.37 * seed % 1) * pitch
            _part(image, x, height / 2, radius, angle=120 * (step / count + place))
        lit = _lit(image, rng)
        jpegs.append(_jpeg(np.ascontiguousarray(lit[..., 1]) if grey else lit))
    return tuple(jpegs)


def scene(width: int, height: int, seed: int) -> Image:
    """Return one picture of the same scene, without loss."""
    rng = np.random.default_rng(seed)
    image = _belt(width, height, rng)
    places = 2 + seed % 3
    pitch = width / places
    for place in range(-1, places + 1):
        x = (place + 0.37) * pitch
        _part(image, x, height / 2, min(height * 0.34, pitch * 0.42), angle=120 * place + 20)
    return _lit(image, rng)


def plain_jpeg(width: int, height: int, level: int = 128) -> bytes:
    """Return a JPEG of one grey level."""
    return _jpeg(np.full((height, width, 3), level, np.uint8))


def _belt(width: int, height: int, rng: np.random.Generator) -> Image:
    weave = rng.normal(0, 5, (height, width, 1)).cumsum(axis=1)
    weave -= weave.mean(axis=1, keepdims=True)
    base = np.array([66, 62, 58]) + 6 * np.tanh(weave / 40)
    image: Image = np.clip(base, 0, 255).astype(np.uint8)
    for edge in (0.1, 0.9):
        y = int(height * edge)
        cv2.rectangle(image, (0, y - height // 60), (width, y + height // 60), (96, 104, 108), -1)
    return image


def _part(image: Image, x: float, y: float, radius: float, angle: float) -> None:
    """Draw a turned flange: disc, bore, six bolt holes, a keyway."""
    draw: dict[str, Any] = {"lineType": cv2.LINE_AA, "shift": 4}

    def at(px: float, py: float) -> tuple[int, int]:
        return round(px * 16), round(py * 16)

    cv2.circle(
        image, at(x + radius * 0.08, y + radius * 0.1), round(radius * 16), (28, 26, 24), -1, **draw
    )
    for share, colour in ((1.0, (150, 156, 160)), (0.93, (188, 194, 198)), (0.5, (168, 174, 178))):
        cv2.circle(image, at(x, y), round(radius * share * 16), colour, -1, **draw)
    cv2.circle(image, at(x, y), round(radius * 0.28 * 16), (24, 24, 26), -1, **draw)
    for hole in range(6):
        turn = np.deg2rad(angle + 60 * hole)
        hx, hy = x + radius * 0.71 * np.cos(turn), y + radius * 0.71 * np.sin(turn)
        cv2.circle(image, at(hx, hy), round(radius * 0.1 * 16), (34, 34, 36), -1, **draw)
        cv2.circle(image, at(hx, hy), round(radius * 0.13 * 16), (206, 210, 212), 1, **draw)
    turn = np.deg2rad(angle)
    tip = at(x + radius * 0.36 * np.cos(turn), y + radius * 0.36 * np.sin(turn))
    cv2.line(image, at(x, y), tip, (24, 24, 26), max(2, round(radius * 0.12)), **draw)


def _lit(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1.15 - 0.38 * ((x + 0.25) ** 2 + (y + 0.2) ** 2)
    noise = rng.normal(0, 3.0, (height, width, 1))
    lit: Image = np.clip(image * light[..., None] + noise, 0, 255).astype(np.uint8)
    return lit


def _jpeg(image: Image) -> bytes:
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 82])
    assert done
    return bytes(encoded)
