"""A still scene of a large sensor: any part of it at any size, as a server makes views."""

from __future__ import annotations

import functools

import cv2
import numpy as np

from camstrm.wire import Region, View
from tests.fakes.pictures.moving_pictures import Image, scene

MARK = 64
"""Pixels from one single white pixel to the next, in both directions, from 0 on."""


class SensorPicture:
    """What a camera of ``width`` x ``height`` pixels sees: parts on a belt, with fine print.

    A single white pixel stands on each multiple of MARK, on ground that is black around it, so
    that a person and a test can tell where they are.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._pixels = _with_marks(_with_print(scene(width, height, seed=2)))

    def part(self, view: View) -> Region:
        """Return the part of the frame that a view shows."""
        region = view.region or Region(0, 0, self.width, self.height)
        right = min(region.x + region.width, self.width)
        bottom = min(region.y + region.height, self.height)
        return Region(region.x, region.y, right - region.x, bottom - region.y)

    @functools.lru_cache(maxsize=64)  # noqa: B019  # it lives as long as its test
    def jpeg(self, view: View) -> tuple[int, int, bytes]:
        """Return width, height and the JPEG of a view."""
        part = self.part(view)
        pixels = self._pixels[part.y : part.y + part.height, part.x : part.x + part.width]
        limits = (view.max_width or part.width, view.max_height or part.height)
        scale = min(1.0, limits[0] / part.width, limits[1] / part.height)
        size = max(1, round(part.width * scale)), max(1, round(part.height * scale))
        shown = pixels if scale == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        quality = [cv2.IMWRITE_JPEG_QUALITY, 95]
        done, encoded = cv2.imencode(".jpg", shown, quality)
        assert done
        return shown.shape[1], shown.shape[0], bytes(encoded)


def _with_print(image: Image) -> Image:
    height, width = image.shape[:2]
    for row in range(0, height, height // 9):
        for column in range(0, width, width // 5):
            text = f"{column} {row} LOT 7731-A"
            where = (column + 20, row + 40)
            cv2.putText(image, text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 240), 1)
    return image


def _with_marks(image: Image) -> Image:
    for y in range(0, image.shape[0], MARK):
        for x in range(0, image.shape[1], MARK):
            image[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] = 0
            image[y, x] = 255
    return np.ascontiguousarray(image)
