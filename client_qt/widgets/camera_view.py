"""The view of one camera: a header line and the picture under it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import attrgetter

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from camstrm.wire import CameraFrame
from client_qt.model.display import CameraDisplay, Level
from client_qt.model.viewport import Viewport
from client_qt.session.picture import DecodedPicture
from client_qt.widgets import theme
from client_qt.widgets.picture_area import PicturePart, paint_map, paint_part, paint_whole

__all__ = ["CameraView"]

_MARGIN = 10
"""Pixels between texts and edges."""

_DOT = 9
"""Diameter of the dot before the name, in pixels."""

_WHEEL_STEP = 1.25
"""One notch of a wheel enlarges so much; a notch is 120 eighths of a degree."""

_KEY_STEP = 1.5
_KEY_PAN = 80
"""Pixels of the screen that an arrow key moves the picture by."""

_VEIL = QColor(6, 8, 11, 150)
_PANEL = QColor(13, 16, 20, 225)
_EDGE = QColor(0x24, 0x2A, 0x32)

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Which way an arrow key looks: right, down."""

_OVER_PICTURE = attrgetter("stale", "headline", "detail", "trouble")
"""What of a CameraDisplay is drawn over the picture."""


class CameraView(QWidget):
    """Draw the newest picture with its aspect ratio kept, and what there is to say about it.

    :meth:`set_picture` and :meth:`set_display` only store and ask for a repaint; all
    drawing is done once, in paintEvent. A picture that is not the present is drawn grey
    under a veil with the reason on it: it can never be taken for a live one.
    """

    activated = Signal()
    """Double-clicked, while the whole picture was shown."""

    viewport_changed = Signal()
    """Another part of the picture is visible now."""

    resized = Signal()
    """The picture's place has another number of pixels now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.display = CameraDisplay("")
        """What is written on the view; see :meth:`set_display`."""
        self.picture: DecodedPicture | None = None
        """The newest one; stays when the camera is lost. See :meth:`set_picture`."""
        self.viewport = Viewport()
        """Which part of the picture is visible."""
        self.part: PicturePart | None = None
        """The newest picture of a part that was zoomed in on; None while the whole is shown."""
        self._note = ""
        """What the server said of the part that was asked for, until something else is."""
        self._drag: QPointF | None = None
        """Where the mouse was last while it drags the picture; None while it does not."""
        # paintEvent covers every pixel, so Qt need not clear before: no flicker.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(480, 384)

    def set_picture(
        self, picture: DecodedPicture | None, frame_size: tuple[int, int] = (0, 0)
    ) -> None:
        """Store ``picture`` (None: the view is empty) and ask for a repaint; UI thread only.

        ``frame_size``: of the camera's frame, where it is known.
        """
        self.picture = picture
        if picture is None:
            self.part = None
        else:
            width, height = frame_size if min(frame_size) > 0 else picture.full_size
            if self.viewport.frame != (width, height):
                self.viewport.set_frame(width, height)
                self.part = None
                self.viewport_changed.emit()
        self.update(self._picture_area())

    def set_part(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        """Store the picture of a part and ask for a repaint; without zoom it is not shown."""
        if not self.viewport.fits:
            self.part = PicturePart(frame, picture)
            self.update(self._picture_area())

    def set_note(self, text: str) -> None:
        """Show a sentence below the picture until another part is looked at."""
        self._note = text
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
        """Return (width, height) of the picture's place in device pixels; (0, 0) if enlarged."""
        if not self.viewport.fits:
            return (0, 0)
        area, ratio = self._picture_area(), self.devicePixelRatioF()
        return (math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Emit ``resized``."""
        super().resizeEvent(event)
        self._set_stage()
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Zoom at the cursor."""
        steps = event.angleDelta().y() / 120
        if steps:
            at = event.position() - QPointF(self._picture_area().topLeft())
            self.viewport.zoom_by(_WHEEL_STEP**steps, at.x(), at.y())
            self._moved()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Begin to move an enlarged picture."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.viewport.fits:
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Move the picture with the mouse."""
        if self._drag is not None:
            moved = event.position() - self._drag
            self._drag = event.position()
            self.viewport.pan_by(moved.x(), moved.y())
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Leave the picture where it is."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self.unsetCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """0 fits, 1 is one pixel of the camera for one of the screen, + - and arrows."""
        view, key = self.viewport, event.key()
        if key == Qt.Key.Key_0:
            view.fit()
        elif key == Qt.Key.Key_1:
            view.zoom_to(1 / self.devicePixelRatioF())
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            view.zoom_by(_KEY_STEP)
        elif key == Qt.Key.Key_Minus:
            view.zoom_by(1 / _KEY_STEP)
        elif key in _ARROWS and not view.fits:
            right, down = _ARROWS[Qt.Key(key)]
            view.pan_by(-right * _KEY_PAN, -down * _KEY_PAN)
        else:
            super().keyPressEvent(event)
            return
        self._moved()

    def _moved(self) -> None:
        if self.viewport.fits:
            self.part = None
        self._note = ""
        self.update(self._picture_area())
        self.viewport_changed.emit()

    def _set_stage(self) -> None:
        area = self._picture_area()
        self.viewport.set_stage(area.width(), area.height())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Fit an enlarged picture, else emit ``activated``, for the left button."""
        if event.button() == Qt.MouseButton.LeftButton:
            if self.viewport.fits:
                self.activated.emit()
            else:
                self.viewport.fit()
                self._moved()
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
            ratio = self.devicePixelRatioF()
            if self.viewport.known:
                paint_whole(painter, area, self.viewport, image, ratio)
                if self.part is not None and not self.display.stale:
                    paint_part(painter, area, self.viewport, self.part, ratio)
            if self.display.stale:
                painter.fillRect(area, _VEIL)
            if self.viewport.known and not self.viewport.fits:
                paint_map(painter, area, self.viewport)
        if self.display.headline:
            self._paint_headline(painter, area)
        if self.display.trouble or self._note:
            self._paint_trouble(painter, area, self.display.trouble or self._note)
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

    def _paint_trouble(self, painter: QPainter, area: QRect, trouble: str) -> None:
        metrics = QFontMetrics(self.font())
        strip = area.adjusted(0, area.height() - metrics.height() - _MARGIN, 0, 0)
        painter.fillRect(strip, _PANEL)
        inner = strip.adjusted(_MARGIN, 0, -_MARGIN, 0)
        text = metrics.elidedText(trouble, Qt.TextElideMode.ElideRight, inner.width())
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
        label = display.name + (f" · {display.holder} adjusts it" if display.holder else "")
        name_width = min(QFontMetrics(bold).horizontalAdvance(label), area.width() // 2)
        for number, x, width in _columns(display.numbers, left + name_width + 18, right, metrics):
            place = QRect(x, area.top(), width, area.height())
            _write(painter, place, number, _RIGHT, self.font(), theme.DIM_TEXT)
        place = QRect(left, area.top(), name_width + 2, area.height())
        elide = Qt.TextElideMode.ElideRight
        name = QFontMetrics(bold).elidedText(label, elide, name_width + 1)
        _write(painter, place, name, _LEFT, bold, theme.TEXT)


def _write(
    painter: QPainter, place: QRect, text: str, flags: int, font: QFont, colour: QColor
) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(place, flags, text)


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
