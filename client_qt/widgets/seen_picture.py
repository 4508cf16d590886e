"""What a person sees of a camera's picture, as an image of its own."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from client_qt.model.orientation import Rectangle
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.overlay import Overlay
from client_qt.widgets.view_painting import paint_pictures

__all__ = ["seen_picture"]


def seen_picture(view: CameraView, draws: Callable[[Overlay], bool]) -> QImage | None:
    """Return the visible part of the picture at the screen's resolution; None: there is none.

    Turned and mirrored as it is seen, without what is written over it. ``draws``: whether a tool
    is drawn into it.
    """
    viewport, stage = view.viewport, view.stage
    if view.picture is None or not viewport.known:
        return None
    place = viewport.place(Rectangle(0, 0, *viewport.frame))
    seen = QRectF(place.x, place.y, place.width, place.height)
    seen = seen.intersected(QRectF(0, 0, stage.width(), stage.height()))
    ratio = view.devicePixelRatioF()
    size = math.ceil(seen.width() * ratio), math.ceil(seen.height() * ratio)
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setFont(view.font())
    painter.translate(-seen.left(), -seen.top())
    whole = QRect(0, 0, stage.width(), stage.height())
    paint_pictures(painter, whole, view, view.picture)
    described = view.overlay_view()
    for tool in filter(draws, view.tools):
        painter.save()
        tool.paint(painter, described)
        painter.restore()
    painter.end()
    image.setDevicePixelRatio(1.0)
    return image
