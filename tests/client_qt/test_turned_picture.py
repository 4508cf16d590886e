"""Turned and mirrored pictures, compared pixel by pixel with what numpy makes of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from client_qt.model.orientation import Orientation
from client_qt.model.viewport import Rectangle, Viewport
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.picture_area import map_area, paint_map, paint_picture, paint_turned

TURNS = [Orientation(r, m) for r, m in itertools.product((0, 90, 180, 270), (False, True))]
WIDTH, HEIGHT = 8, 6


def sensor() -> NDArray[np.uint32]:
    """A picture each pixel of which has another colour."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.uint32)
    pixels = 0xFF000000 | (40 + 25 * x) << 16 | (30 + 35 * y) << 8 | (x ^ y) * 30
    return np.asarray(pixels, np.uint32)


def turned(pixels: NDArray[np.uint32], turn: Orientation) -> NDArray[np.uint32]:
    """The same by numpy: mirrored first, then turned clockwise."""
    mirrored = pixels[:, ::-1] if turn.mirror else pixels
    return np.rot90(mirrored, -turn.rotation // 90)


def image_of(pixels: NDArray[np.uint32]) -> QImage:
    rows, columns = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def drawn(
    viewport: Viewport, pixels: NDArray[np.uint32], part: Rectangle, *, before: bool = False
) -> NDArray[np.uint32]:
    """Draw with either way; ``before``: the picture is turned before it is drawn."""
    stage = QRect(3, 5, 160, 160)
    canvas = QImage(170, 170, QImage.Format.Format_RGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    painter.setClipRect(stage)
    turn = viewport.orientation
    if before:
        data = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
        picture = DecodedPicture(image_of(pixels), data, (WIDTH, HEIGHT))
        paint_turned(painter, stage, viewport, picture.on_its_side(turn.rotation), part, 1.0)
    else:
        paint_picture(painter, stage, viewport, image_of(pixels), part, 1.0)
    painter.end()
    rows = np.frombuffer(canvas.constBits(), np.uint32).reshape(170, 170)
    return np.array(rows[5:165, 3:163], np.uint32)


def viewport_of(turn: Orientation) -> Viewport:
    viewport = Viewport()
    viewport.set_stage(160, 160)
    viewport.set_frame(WIDTH, HEIGHT)
    viewport.set_orientation(turn)
    return viewport


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_whole_picture_is_turned_and_sharp(qapp: QApplication, turn: Orientation) -> None:
    viewport = viewport_of(turn)
    there = drawn(viewport, sensor(), Rectangle(0, 0, WIDTH, HEIGHT))
    wanted = np.kron(turned(sensor(), turn), np.ones((20, 20), np.uint32))
    height, width = wanted.shape
    top, left = (160 - height) // 2, (160 - width) // 2
    assert np.array_equal(there[top : top + height, left : left + width], wanted)
    there[top : top + height, left : left + width] = 0
    assert not (there & 0xFFFFFF).any(), "nothing beside it"


@pytest.mark.parametrize("rotation", [90, 270])
@pytest.mark.parametrize("scale", [0.0, 13.0, 40.0])
def test_picture_that_was_turned_before_is_drawn_alike(
    qapp: QApplication, rotation: int, scale: float
) -> None:
    viewport = viewport_of(Orientation(rotation))
    if scale:
        viewport.zoom_to(scale, 40, 60)
    for part in (Rectangle(0, 0, WIDTH, HEIGHT), Rectangle(2, 1, 4, 3)):
        rows, columns = slice(int(part.y), int(part.y + part.height)), int(part.x)
        pixels = sensor()[rows, columns : columns + int(part.width)]
        usual, other = drawn(viewport, pixels, part), drawn(viewport, pixels, part, before=True)
        assert (usual != other).mean() < 0.02, "but for the last row at the edge"


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_reduced_picture_is_turned_alike(qapp: QApplication, turn: Orientation) -> None:
    """Smoothed: within what smoothing does to a picture that changes slowly."""
    y, x = np.mgrid[0:600, 0:800].astype(np.uint32)
    pixels = np.asarray(0xFF000000 | x * 255 // 800 << 16 | y * 255 // 600 << 8, np.uint32)
    viewport = Viewport()
    viewport.set_stage(160, 160)
    viewport.set_frame(800, 600)
    viewport.set_orientation(turn)
    there = drawn(viewport, pixels, Rectangle(0, 0, 800, 600))
    wanted = turned(pixels, turn)[2::5, 2::5]
    height, width = wanted.shape
    top, left = (160 - height) // 2, (160 - width) // 2
    got = there[top : top + height, left : left + width]
    for shift in (8, 16):
        away = (got >> shift & 0xFF).astype(int) - (wanted >> shift & 0xFF).astype(int)
        assert np.abs(away).max() <= 2
    viewport.zoom_to(0.9)
    middle = drawn(viewport, pixels, Rectangle(0, 0, 800, 600))[80, 80]
    assert abs(int(middle >> 16 & 0xFF) - 127) <= 2
    assert abs(int(middle >> 8 & 0xFF) - 127) <= 2


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_enlarged_part_is_at_its_place(qapp: QApplication, turn: Orientation) -> None:
    viewport = viewport_of(turn)
    viewport.zoom_to(40.0)
    part = Rectangle(2, 1, 4, 3)
    there = drawn(viewport, sensor()[1:4, 2:6], part)
    everything = drawn(viewport, sensor(), Rectangle(0, 0, WIDTH, HEIGHT))
    for y, x in itertools.product(range(1, 4), range(2, 6)):
        for inside in (0.1, 0.5, 0.9):
            across, down = viewport.stage_at(x + inside, y + inside)
            if 0 <= across < 160 and 0 <= down < 160:
                got = there[int(down), int(across)]
                assert got == sensor()[y, x] == everything[int(down), int(across)]


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_map_is_turned_and_marks_what_is_visible(qapp: QApplication, turn: Orientation) -> None:
    viewport = viewport_of(turn)
    pixels = np.full((HEIGHT, WIDTH), 0xFF404040, np.uint32)
    pixels[: HEIGHT // 2, : WIDTH // 2] = 0xFFFF0000
    corner = viewport.stage_at(1, 1)
    viewport.zoom_to(40.0, *corner)
    stage = QRect(0, 0, 400, 400)
    canvas = QImage(400, 400, QImage.Format.Format_RGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    paint_map(painter, stage, viewport, image_of(pixels))
    painter.end()
    box = map_area(stage, viewport)
    assert box.width() / box.height() == pytest.approx(viewport.picture[0] / viewport.picture[1])
    across, down = turn.to_picture(WIDTH / 4, HEIGHT / 4, (WIDTH, HEIGHT))
    scale = box.width() / viewport.picture[0]
    colour = canvas.pixelColor(int(box.left() + across * scale), int(box.top() + down * scale))
    assert colour.red() > 120
    assert colour.blue() < 40, "the red quarter is where the sensor's first pixel is now"
    seen = turn.part_to_picture(viewport.visible, (WIDTH, HEIGHT))
    x, y = box.left() + (seen.x + seen.width / 2) * scale, box.top() + seen.y * scale
    row = [canvas.pixelColor(int(x), int(y) + d).lightness() for d in range(-3, 4)]
    assert max(row) > 220, "the white edge of what is visible"
