"""Drawing the place of a view's picture, from the ground up to the hint over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from client_qt.model.orientation import Rectangle
from client_qt.model.wording import where_text
from client_qt.session.picture import DecodedPicture
from client_qt.widgets import theme
from client_qt.widgets.picture_area import map_area, paint_map, paint_picture, paint_turned
from client_qt.widgets.view_texts import paint_hint, paint_said, paint_where

if TYPE_CHECKING:
    from client_qt.widgets.camera_view import CameraView

__all__ = ["paint_pictures", "paint_view"]

_VEIL = QColor(6, 8, 11, 150)


def paint_view(painter: QPainter, area: QRect, view: CameraView) -> None:
    """Draw the pictures, the tools over them, and what is said over both."""
    painter.fillRect(area, theme.TILE)
    painter.setClipRect(area)
    whole, viewport, font = view.picture, view.viewport, view.font()
    if whole is not None and viewport.known:
        paint_pictures(painter, area, view, whole)
    if view.grey and whole is not None:
        painter.fillRect(area, _VEIL)
    if whole is not None and viewport.known and not viewport.fits:
        paint_map(painter, area, viewport, _present(view, whole))
        text = where_text(viewport, view.devicePixelRatioF(), view.texts)
        room = map_area(area, viewport).left() - area.left()
        paint_where(painter, area, text, room, font)
    _paint_tools(painter, area, view)
    frozen = view.pictures.freeze.frozen
    paint_said(painter, area, view.display, font, frozen=frozen, figures=view.figures_shown)
    if view.hint:
        paint_hint(painter, area, view.hint, font)
    painter.setClipping(False)


def paint_pictures(painter: QPainter, area: QRect, view: CameraView, whole: DecodedPicture) -> None:
    """Draw the pictures that there are, without anything over them."""
    viewport, ratio = view.viewport, view.devicePixelRatioF()
    everything = Rectangle(0, 0, *viewport.frame)
    shown = [(whole, everything)]
    if (part := view.shown_part) is not None:
        shown.append((part.picture, part.place))
    turn = viewport.orientation
    for picture, place in shown:
        if turn.swaps and not turn.mirror and not view.grey:
            image = picture.on_its_side(turn.rotation)
            paint_turned(painter, area, viewport, image, place, ratio)
        else:
            paint_picture(painter, area, viewport, _present(view, picture), place, ratio)


def _paint_tools(painter: QPainter, area: QRect, view: CameraView) -> None:
    if not view.tools:
        return
    seen = view.overlay_view()
    for tool in view.tools:
        painter.save()
        painter.translate(area.topLeft())
        tool.paint(painter, seen)
        painter.restore()


def _present(view: CameraView, picture: DecodedPicture) -> QImage:
    """Return the image in colour, or in grey where it is not the present."""
    return picture.grey_image if view.grey else picture.image
