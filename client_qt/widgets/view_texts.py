"""Drawing the texts of a camera's view: its header line, and what is written over the picture."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from client_qt.model.display import CameraDisplay, Level
from client_qt.widgets import theme

__all__ = [
    "header_height",
    "paint_header",
    "paint_headline",
    "paint_hint",
    "paint_trouble",
    "paint_where",
]

_MARGIN = 10
"""Pixels between texts and edges."""

_DOT = 9
"""Diameter of the dot before the name, in pixels."""

_PANEL = QColor(13, 16, 20, 225)
_SHADE = QColor(0, 0, 0, 158)
_EDGE = QColor(0x24, 0x2A, 0x32)

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ELIDE = Qt.TextElideMode.ElideRight
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)


def header_height(font: QFont) -> int:
    """Return how high the header line is, in pixels."""
    return QFontMetrics(font).height() + 12


def paint_header(painter: QPainter, area: QRect, display: CameraDisplay, font: QFont) -> None:
    """Draw the name, who adjusts the camera, and its numbers."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, theme.HEADER)
    painter.setPen(QPen(_EDGE, 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.LEVEL_COLOURS[display.level])
    middle = area.center().y()
    painter.drawEllipse(QRect(_MARGIN, middle - _DOT // 2, _DOT, _DOT))
    bold = QFont(font)
    bold.setBold(True)
    left = 2 * _MARGIN + _DOT
    right = area.right() - _MARGIN
    metrics = QFontMetrics(font)
    name_width = min(QFontMetrics(bold).horizontalAdvance(display.name), area.width() // 2)
    name = QFontMetrics(bold).elidedText(display.name, _ELIDE, name_width + 1)
    place = QRect(left, area.top(), name_width + 2, area.height())
    _write(painter, place, name, _LEFT, bold, theme.TEXT)
    left += name_width + 18
    if display.lease:
        lease_width = min(metrics.horizontalAdvance(display.lease), area.width() // 3, right - left)
        lease = metrics.elidedText(display.lease, _ELIDE, max(lease_width, 0) + 1)
        place = QRect(left, area.top(), lease_width + 2, area.height())
        _write(painter, place, lease, _LEFT, font, theme.LEVEL_COLOURS[Level.WAITING])
        left += lease_width + 18
    for number, x, width in _columns(display.numbers, left, right, metrics):
        place = QRect(x, area.top(), width, area.height())
        _write(painter, place, number, _RIGHT, font, theme.DIM_TEXT)


def paint_headline(painter: QPainter, area: QRect, display: CameraDisplay, font: QFont) -> None:
    """Draw why the picture is not the present, on a panel in the middle of it."""
    colour = theme.LEVEL_COLOURS[display.level]
    bold = QFont(font)
    bold.setBold(True)
    bold.setPointSizeF(font.pointSizeF() * (1.35 if area.width() > 300 else 1.0))
    room = min(area.width() - 4 * _MARGIN, 520)
    limit = QRect(0, 0, max(room, 40), max(area.height(), 40))
    head = QFontMetrics(bold).boundingRect(limit, _CENTRE, display.headline)
    text, gap = QRect(), 0
    if display.detail:
        text, gap = QFontMetrics(font).boundingRect(limit, _CENTRE, display.detail), 6
    width = max(head.width(), text.width()) + 4 * _MARGIN
    height = head.height() + gap + text.height() + 2 * _MARGIN
    panel = QRect(0, 0, min(width, area.width()), min(height, area.height()))
    panel.moveCenter(area.center())
    _paint_panel(painter, panel, _PANEL, 6)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRect(panel.left(), panel.top(), 4, panel.height()), 2, 2)
    inner = panel.adjusted(2 * _MARGIN, _MARGIN, -2 * _MARGIN, -_MARGIN)
    _write(painter, inner, display.headline, _CENTRE, bold, theme.TEXT)
    below = inner.adjusted(0, head.height() + gap, 0, 0)
    _write(painter, below, display.detail, _CENTRE, font, theme.DIM_TEXT)


def paint_trouble(painter: QPainter, area: QRect, trouble: str, font: QFont) -> None:
    """Draw what is wrong although pictures come, in a line at the bottom of the picture."""
    metrics = QFontMetrics(font)
    strip = area.adjusted(0, area.height() - metrics.height() - _MARGIN, 0, 0)
    painter.fillRect(strip, _PANEL)
    inner = strip.adjusted(_MARGIN, 0, -_MARGIN, 0)
    text = metrics.elidedText(trouble, _ELIDE, inner.width())
    colour = theme.LEVEL_COLOURS[Level.WAITING]
    _write(painter, inner, text, _LEFT, font, colour)


def paint_where(painter: QPainter, area: QRect, text: str, room: float, font: QFont) -> None:
    """Draw which part of the frame is visible, in the upper left corner.

    ``room``: pixels; of a text that is wider only the scale is drawn.
    """
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(text) + 34 > room:
        text = text.split(" · ", maxsplit=1)[0]
    panel = QRect(6, 6, metrics.horizontalAdvance(text) + 16, metrics.height() + 4)
    panel.translate(area.topLeft())
    _paint_panel(painter, panel, _SHADE, 3)
    _write(painter, panel.adjusted(8, 0, 0, 0), text, _LEFT, font, theme.TEXT)


def paint_hint(painter: QPainter, area: QRect, text: str, font: QFont) -> None:
    """Draw a sentence that is there for a short time, in the lower half of the picture."""
    metrics = QFontMetrics(font)
    limit = QRect(0, 0, max(area.width() * 9 // 10 - 2 * _MARGIN, 40), max(area.height(), 40))
    needed = metrics.boundingRect(limit, _CENTRE, text)
    panel = QRect(0, 0, needed.width() + 2 * _MARGIN, needed.height() + _MARGIN)
    panel.moveCenter(area.center())
    panel.moveBottom(area.bottom() - area.height() // 10)
    _paint_panel(painter, panel, _PANEL, 3)
    inner = panel.adjusted(_MARGIN, _MARGIN // 2, -_MARGIN, 0)
    _write(painter, inner, text, _CENTRE, font, theme.LEVEL_COLOURS[Level.WAITING])


def _paint_panel(painter: QPainter, panel: QRect, colour: QColor, radius: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(panel, radius, radius)


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
