"""Drawing where the picture is: the whole one, the part that is zoomed in on, where one is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from camstrm.wire import CameraFrame
from client_qt.model.viewport import Rectangle, Viewport
from client_qt.session.picture import DecodedPicture

__all__ = ["PicturePart", "paint_map", "paint_part", "paint_whole"]

_SHARP = 2.5
"""Up to this many device pixels for one of the picture interpolation pleases the eye; beyond,
the user looks at pixels and wants to see them."""

_MAP_WIDTH = 96
_MAP_EDGE = QColor(232, 235, 239, 200)
_MAP_FILL = QColor(13, 16, 20, 160)


class PicturePart:
    """A decoded picture of a part of the frame, in the camera's pixels."""

    def __init__(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        self.picture = picture
        self.place = Rectangle(frame.x, frame.y, frame.region_width, frame.region_height)


def paint_whole(
    painter: QPainter, area: QRect, viewport: Viewport, image: QImage, pixel_ratio: float
) -> None:
    """Draw the picture of the whole frame, as much of it as is visible."""
    width, height = viewport.frame
    _paint(painter, area, viewport, image, Rectangle(0, 0, width, height), pixel_ratio)


def paint_part(
    painter: QPainter, area: QRect, viewport: Viewport, part: PicturePart, pixel_ratio: float
) -> None:
    """Draw a part at its place, over the picture of the whole frame."""
    _paint(painter, area, viewport, part.picture.image, part.place, pixel_ratio)


def paint_map(painter: QPainter, area: QRect, viewport: Viewport) -> None:
    """Draw a small frame in the corner, and in it what of the camera's frame is visible."""
    width, height = viewport.frame
    scale = min(_MAP_WIDTH / width, area.height() / 4 / height, area.width() / 4 / width)
    box = QRectF(0, 0, width * scale, height * scale)
    box.moveBottomRight(QPointF(area.right() - 8, area.bottom() - 8))
    seen = viewport.visible
    inner = QRectF(
        box.left() + seen.x * scale,
        box.top() + seen.y * scale,
        max(seen.width * scale, 2.0),
        max(seen.height * scale, 2.0),
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(_MAP_EDGE, 1))
    painter.setBrush(_MAP_FILL)
    painter.drawRect(box)
    painter.fillRect(inner, _MAP_EDGE)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint(
    painter: QPainter,
    area: QRect,
    viewport: Viewport,
    image: QImage,
    shown: Rectangle,
    pixel_ratio: float,
) -> None:
    place = viewport.place(shown)
    target = QRectF(area.left() + place.x, area.top() + place.y, place.width, place.height)
    enlarged = place.width * pixel_ratio / max(image.width(), 1)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, enlarged < _SHARP)
    # Only what can be seen: a picture that is enlarged 40 times has no place in memory.
    seen = target.intersected(QRectF(area))
    if seen.isEmpty():
        return
    x_scale, y_scale = image.width() / target.width(), image.height() / target.height()
    source = QRectF(
        (seen.left() - target.left()) * x_scale,
        (seen.top() - target.top()) * y_scale,
        seen.width() * x_scale,
        seen.height() * y_scale,
    )
    painter.drawImage(seen, image, source)
