"""How tools draw on pictures: lines that are seen on bright and on dark, texts on a shade."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

__all__ = ["ACCENT", "LIGHT", "draw_grip", "draw_line", "draw_rectangle", "draw_text"]

LIGHT = QColor(0xFF, 0xFF, 0xFF)
ACCENT = QColor(0xFF, 0xD2, 0x4A)
"""Of what a person has placed and can move; it is none of the colours of channels."""

_DARK = QColor(0, 0, 0, 150)
_SHADE = QColor(13, 16, 20, 205)
_GRIP = 4.0
"""Half of the side of a grip in logical pixels."""

_PADDING = 6.0


def draw_line(
    painter: QPainter, line: QLineF, colour: QColor = LIGHT, *, width: float = 1.0
) -> None:
    """Draw a line with a dark edge; ``width`` in logical pixels, without the edge."""
    painter.setPen(QPen(_DARK, width + 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(line)
    painter.setPen(QPen(colour, width))
    painter.drawLine(line)


def draw_rectangle(painter: QPainter, box: QRectF, colour: QColor = LIGHT) -> None:
    """Draw a box with a dark edge."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_DARK, 3), QPen(colour, 1)):
        painter.setPen(pen)
        painter.drawRect(box)


def draw_grip(painter: QPainter, at: QPointF, colour: QColor = ACCENT) -> None:
    """Draw what can be taken hold of."""
    painter.setPen(QPen(_DARK, 1))
    painter.setBrush(colour)
    painter.drawRect(QRectF(at.x() - _GRIP, at.y() - _GRIP, 2 * _GRIP, 2 * _GRIP))


def draw_text(
    painter: QPainter,
    text: str,
    at: QPointF,
    room: QRectF,
    font: QFont,
    colour: QColor = LIGHT,
) -> QRectF:
    """Write one line or several on a shade whose upper left corner is at ``at``.

    It is moved until it is within ``room``. Returns the shade's place.
    """
    metrics = QFontMetricsF(font)
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * _PADDING
    height = metrics.lineSpacing() * len(lines) + _PADDING
    x = max(room.left(), min(at.x(), room.right() - width))
    y = max(room.top(), min(at.y(), room.bottom() - height))
    shade = QRectF(x, y, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    painter.drawRoundedRect(shade, 3, 3)
    painter.setFont(font)
    painter.setPen(colour)
    baseline = y + _PADDING / 2 + metrics.ascent()
    for line in lines:
        painter.drawText(QPointF(x + _PADDING, baseline), line)
        baseline += metrics.lineSpacing()
    return shade
