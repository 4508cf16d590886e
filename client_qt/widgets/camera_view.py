"""The view of one camera: a header line and the picture under it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import attrgetter

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from client_qt.model.display import CameraDisplay, Level
from client_qt.session.picture import DecodedPicture
from client_qt.widgets import theme

__all__ = ["CameraView"]

_MARGIN = 10
"""Pixels between texts and edges."""

_DOT = 9
"""Diameter of the dot before the name, in pixels."""

_VEIL = QColor(6, 8, 11, 150)
_PANEL = QColor(13, 16, 20, 225)
_EDGE = QColor(0x24, 0x2A, 0x32)

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_OVER_PICTURE = attrgetter("stale", "headline", "detail", "trouble")
"""What of a CameraDisplay is drawn over the picture."""


class CameraView(QWidget):
    """Draw the newest picture with its aspect ratio kept, and what there is to say about it.

    :meth:`set_picture` and :meth:`set_display` only store and ask for a repaint; all
    drawing is done once, in paintEvent. A picture that is not the present is drawn grey
    under a veil with the reason on it: it can never be taken for a live one.
    """

    activated = Signal()
    """Double-clicked."""

    resized = Signal()
    """The picture's place has another number of pixels now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.display = CameraDisplay("")
        """What is written on the view; see :meth:`set_display`."""
        self.picture: DecodedPicture | None = None
        """The newest one; stays when the camera is lost. See :meth:`set_picture`."""
        # paintEvent covers every pixel, so Qt need not clear before: no flicker.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(480, 384)

    def set_picture(self, picture: DecodedPicture | None) -> None:
        """Store ``picture`` (None: the view is empty) and ask for a repaint; UI thread only."""
        self.picture = picture
        self.update(self._picture_area())

    def set_display(self, display: CameraDisplay) -> None:
        """Store the texts and ask for a repaint if they differ."""
        before = self.display
        if display == before:
            return
        self.display = display
        if display.tooltip != before.tooltip:
            self.setToolTip(display.tooltip)
        same_picture = _OVER_PICTURE(display) == _OVER_PICTURE(before)
        self.update(self._header_area() if same_picture else self.rect())

    def picture_pixels(self) -> tuple[int, int]:
        """Return (width, height) of the picture's place in device pixels."""
        area, ratio = self._picture_area(), self.devicePixelRatioF()
        return (math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Emit ``resized``."""
        super().resizeEvent(event)
        self.resized.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Emit ``activated`` for the left button."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit()
            event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Draw the part that changed."""
        painter = QPainter(self)
        if event.rect().intersects(self._picture_area()):
            self._paint_picture(painter, self._picture_area())
        if event.rect().intersects(self._header_area()):
            self._paint_header(painter, self._header_area())
        painter.end()

    def _header_area(self) -> QRect:
        return QRect(0, 0, self.width(), QFontMetrics(self.font()).height() + 12)

    def _picture_area(self) -> QRect:
        return self.rect().adjusted(0, self._header_area().height(), 0, 0)

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, theme.TILE)
        painter.setClipRect(area)
        if self.picture is not None:
            image = self.picture.grey_image if self.display.stale else self.picture.image
            # Up to twice the size interpolation pleases the eye; beyond, the user looks
            # at pixels and wants to see them.
            place = _fit(self.picture.full_size, area)
            enlarged = place.width() * self.devicePixelRatioF() / max(image.width(), 1)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, enlarged < 2.5)
            painter.drawImage(place, image, QRectF(image.rect()))
            if self.display.stale:
                painter.fillRect(area, _VEIL)
        if self.display.headline:
            self._paint_headline(painter, area)
        if self.display.trouble:
            self._paint_trouble(painter, area)
        painter.setClipping(False)

    def _paint_headline(self, painter: QPainter, area: QRect) -> None:
        colour = theme.LEVEL_COLOURS[self.display.level]
        bold = QFont(self.font())
        bold.setBold(True)
        bold.setPointSizeF(self.font().pointSizeF() * (1.35 if area.width() > 300 else 1.0))
        room = min(area.width() - 4 * _MARGIN, 520)
        flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        limit = QRect(0, 0, max(room, 40), max(area.height(), 40))
        head = QFontMetrics(bold).boundingRect(limit, flags, self.display.headline)
        text, gap = QRect(), 0
        if self.display.detail:
            text, gap = QFontMetrics(self.font()).boundingRect(limit, flags, self.display.detail), 6
        width = max(head.width(), text.width()) + 4 * _MARGIN
        height = head.height() + gap + text.height() + 2 * _MARGIN
        panel = QRect(0, 0, min(width, area.width()), min(height, area.height()))
        panel.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PANEL)
        painter.drawRoundedRect(panel, 6, 6)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRect(panel.left(), panel.top(), 4, panel.height()), 2, 2)
        inner = panel.adjusted(2 * _MARGIN, _MARGIN, -2 * _MARGIN, -_MARGIN)
        _write(painter, inner, self.display.headline, flags, bold, theme.TEXT)
        below = inner.adjusted(0, head.height() + gap, 0, 0)
        _write(painter, below, self.display.detail, flags, self.font(), theme.DIM_TEXT)

    def _paint_trouble(self, painter: QPainter, area: QRect) -> None:
        metrics = QFontMetrics(self.font())
        strip = area.adjusted(0, area.height() - metrics.height() - _MARGIN, 0, 0)
        painter.fillRect(strip, _PANEL)
        inner = strip.adjusted(_MARGIN, 0, -_MARGIN, 0)
        text = metrics.elidedText(self.display.trouble, Qt.TextElideMode.ElideRight, inner.width())
        colour = theme.LEVEL_COLOURS[Level.WAITING]
        _write(painter, inner, text, _LEFT, self.font(), colour)

    def _paint_header(self, painter: QPainter, area: QRect) -> None:
        display = self.display
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, theme.HEADER)
        painter.setPen(QPen(_EDGE, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.LEVEL_COLOURS[display.level])
        middle = area.center().y()
        painter.drawEllipse(QRect(_MARGIN, middle - _DOT // 2, _DOT, _DOT))
        bold = QFont(self.font())
        bold.setBold(True)
        left = 2 * _MARGIN + _DOT
        right = area.right() - _MARGIN
        metrics = QFontMetrics(self.font())
        name_width = min(QFontMetrics(bold).horizontalAdvance(display.name), area.width() // 2)
        for number, x, width in _columns(display.numbers, left + name_width + 18, right, metrics):
            place = QRect(x, area.top(), width, area.height())
            _write(painter, place, number, _RIGHT, self.font(), theme.DIM_TEXT)
        place = QRect(left, area.top(), name_width + 2, area.height())
        elide = Qt.TextElideMode.ElideRight
        name = QFontMetrics(bold).elidedText(display.name, elide, name_width + 1)
        _write(painter, place, name, _LEFT, bold, theme.TEXT)


def _write(
    painter: QPainter, place: QRect, text: str, flags: int, font: QFont, colour: QColor
) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(place, flags, text)


def _fit(size: tuple[int, int], area: QRect) -> QRectF:
    whole = QSizeF(max(size[0], 1), max(size[1], 1))
    room = QSizeF(area.size())
    fitted = QRectF(QPointF(), whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    fitted.moveCenter(QRectF(area).center())
    return fitted


def _columns(
    numbers: tuple[str, ...], left: int, right: int, metrics: QFontMetrics
) -> Iterator[tuple[str, int, int]]:
    # Columns keep a width of their own, so that they stand still while digits change; the
    # last numbers are left out where there is no room.
    widths = [
        max(metrics.horizontalAdvance(n), metrics.horizontalAdvance("00.0 fps")) for n in numbers
    ]
    while widths and sum(widths) + 14 * (len(widths) - 1) > right - left:
        widths.pop()
    x = right - sum(widths) - 14 * max(len(widths) - 1, 0)
    for number, width in zip(numbers, widths, strict=False):
        yield number, x, width
        x += width + 14
