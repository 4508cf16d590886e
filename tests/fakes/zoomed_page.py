"""A person's hand and eye at a large picture of the page."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from playwright.async_api import FloatRect, Page

from tests.fakes.browser import tile

Pixels = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 2656, 2304
"""Of the frames of ``page_server.large_camera``."""

CANVAS_AS_GREY = """(() => {
    const canvas = document.querySelector("[data-part=canvas]");
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const lines = [];
    for (let y = 0; y < canvas.height; y += 4) {
        const line = [];
        for (let x = 0; x < canvas.width; x += 4) line.push(data[(y * canvas.width + x) * 4 + 1]);
        lines.push(line);
    }
    return lines;
})()"""
"""Every fourth pixel of what is drawn on the canvas, in JavaScript."""


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


def line(page: Page, tool: str) -> Any:
    return page.locator(f".tool-line[data-tool={tool}]")


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(*end, steps=4)
    await page.mouse.up()


async def settled(page: Page, wanted: Pixels | None = None) -> Pixels:
    """Return the picture when it is where it belongs; figures at its foot change all the time."""
    before = await seen(page, "top")
    for _ in range(20):
        after = await seen(page, "top")
        above = after.shape[0] * 2 // 3
        if np.array_equal(before[:above], after[:above]):
            break
        before = after
    return after


def fitted(stage: Any, shape: tuple[int, ...]) -> Any:
    """Cut the picture out of its stage, where it is in the middle, and make it this large."""
    height, width = stage.shape
    scale = min(width / shape[1], height / shape[0])
    across, down = round(shape[1] * scale), round(shape[0] * scale)
    left, top = (width - across) // 2, (height - down) // 2
    cut = stage[top : top + down, left : left + across]
    return cv2.resize(cut, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)


def blurred(pixels: Pixels) -> Any:
    return cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (0, 0), 4)


def same_picture(one: Any, other: Any) -> float:
    """Return how far two pictures go together: 1 where they are the same."""
    pair = [cv2.GaussianBlur(p.astype(np.float32), (0, 0), 2).ravel() for p in (one, other)]
    return float(np.corrcoef(*pair)[0, 1])
