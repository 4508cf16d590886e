"""A person's hand and eye at a zoomed picture of the page."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from playwright.async_api import FloatRect, Page

from tests.fakes.browser import tile

Pixels = npt.NDArray[np.uint8]


class Stage:
    """Where the pixels of a camera are on the page while its whole picture fits."""

    def __init__(self, box: FloatRect, width: int, height: int) -> None:
        """Take the place for the picture on the page, and the size of the camera's frame."""
        self.left, self.top = box["x"], box["y"]
        self.width, self.height = box["width"], box["height"]
        self.scale = min(self.width / width, self.height / height)
        self._origin = (
            self.left + (self.width - width * self.scale) / 2,
            self.top + (self.height - height * self.scale) / 2,
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where on the page a point of the frame is."""
        return self._origin[0] + x * self.scale, self._origin[1] + y * self.scale


async def stage_of(page: Page, camera: str, width: int, height: int) -> Stage:
    """Return the place of a camera with frames of this size."""
    box = await tile(page, camera, "stage").bounding_box()
    assert box is not None
    return Stage(box, width, height)


async def turn_wheel(page: Page, steps: int) -> None:
    """Turn the wheel where the pointer is; positive: towards what is below it."""
    for _ in range(abs(steps)):
        await page.mouse.wheel(0, -100 if steps > 0 else 100)


async def seen(page: Page, camera: str) -> Pixels:
    """Return the pixels of a camera's place as a person sees them, blue first."""
    png = await tile(page, camera, "stage").screenshot()
    pixels: Pixels = np.asarray(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8
    )
    return pixels


def shift_between(one: Pixels, other: Pixels) -> tuple[float, float]:
    """Return by how many pixels the scene is somewhere else, however sharp either is."""
    blurred = [cv2.GaussianBlur(p, (0, 0), 4)[..., 1].astype(np.float32) for p in (one, other)]
    (dx, dy), _ = cv2.phaseCorrelate(*blurred)
    return dx, dy
