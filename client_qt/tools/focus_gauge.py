"""The bar of sharpness: how much there is now, and the most that there was."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

__all__ = ["AT_PEAK", "paint_gauge"]

AT_PEAK = 0.98
"""From this part of the peak on the bar is green: nobody turns a lens more finely."""

_TRACK = QColor(128, 136, 146, 90)
_LOW = QColor(0xF2, 0xB1, 0x34)
_GOOD = QColor(0x3D, 0xD1, 0x8B)


def paint_gauge(painter: QPainter, box: QRectF, part: float, peak: float, ink: QColor) -> None:
    """Draw a bar. ``part`` and ``peak`` are from 0 to 1 of its length; ``ink`` draws the peak."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    radius = min(box.height() / 3, 4.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_TRACK)
    painter.drawRoundedRect(box, radius, radius)
    filled = QRectF(box)
    filled.setWidth(box.width() * min(max(part, 0.0), 1.0))
    if filled.width() >= 1:
        painter.setBrush(_GOOD if part >= AT_PEAK * peak else _LOW)
        painter.drawRoundedRect(filled, radius, radius)
    if peak > 0:
        x = box.left() + box.width() * min(peak, 1.0) - 1
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QLineF(x, box.top() - 2, x, box.bottom() + 2))
