"""Drawing the texts of a camera's view: its line, and what is written over the picture.

Everything is drawn as plain text, whatever a server sends.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from client_qt.model.display import CameraDisplay, Level
from client_qt.widgets import theme

__all__ = [
    "line_height",
    "paint_hint",
    "paint_line",
    "paint_ring",
    "paint_said",
    "paint_where",
]

_MARGIN = 8
"""Pixels between texts and edges."""

_SPACE = 10
"""Pixels between two texts of a line."""

_DOT = 8
"""Diameter of the dot before the name, in pixels."""

_DIM = QColor(0xB4, 0xBE, 0xC8)
_AMBER = QColor(0xF6, 0xBD, 0x4B)
_PANEL = QColor(13, 16, 20, 225)

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ELIDE = Qt.TextElideMode.ElideRight
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)


def line_height(font: QFont) -> int:
    """Return how high the line on top is, in pixels."""
    return QFontMetrics(font).height() + 6


def paint_line(painter: QPainter, area: QRect, display: CameraDisplay, font: QFont) -> None:
    """Draw the name, and what is not normal: the name goes before all else where room is short."""
    painter.fillRect(area, theme.HEADER)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = theme.LEVEL_COLOURS[display.level]
    painter.setBrush(colour)
    painter.drawEllipse(QRect(_MARGIN, area.center().y() - _DOT // 2 + 1, _DOT, _DOT))
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    left, right = area.left() + 2 * _MARGIN + _DOT, area.right() - _MARGIN
    place = QRect(QPoint(left, area.top()), QPoint(right, area.bottom()))
    left += _write_elided(painter, place, display.name, bold, theme.TEXT)
    # Of what follows the last is left out first; who adjusts it stands at the right.
    quiet = theme.DIM_TEXT if display.level is Level.GOOD else colour
    for text in (display.state, display.late):
        place.setLeft(left + _SPACE)
        if text and place.width() > 30:
            left = place.left() + _write_elided(painter, place, text, font, quiet)
    aside = " · ".join(filter(None, (display.lease, display.reduced)))
    place.setLeft(left + 2 * _SPACE)
    if aside and place.width() > 40:
        shown = QFontMetrics(font).elidedText(aside, _ELIDE, place.width())
        _write(painter, place, shown, _RIGHT, font, theme.ACCENT)


def paint_said(
    painter: QPainter,
    area: QRect,
    display: CameraDisplay,
    font: QFont,
    *,
    frozen: bool,
    figures: bool,
) -> None:
    """Draw what is to be said over the picture; ``frozen``: it is looked at, whatever happens."""
    if display.headline and not frozen:
        _paint_headline(painter, area, display, font)
    trouble = display.headline if frozen and display.headline else display.trouble
    if trouble:
        _paint_trouble(painter, area, trouble, font)
    if figures:
        _paint_figures(painter, area, display.figures, font, raised=bool(trouble))


def paint_ring(painter: QPainter, area: QRect, *, strong: bool) -> None:
    """Mark the chosen view; ``strong``: it has the focus by a key.

    Filled edges: with each picture, a rectangle drawn with a pen takes as long as the picture.
    """
    width = 3 if strong else 2
    colour = QColor(theme.ACCENT)
    colour.setAlpha(255 if strong else 165)
    inner = area.adjusted(width, width, -width, -width)
    for edge in (
        QRect(area.left(), area.top(), area.width(), width),
        QRect(area.left(), inner.bottom() + 1, area.width(), width),
        QRect(area.left(), inner.top(), width, inner.height()),
        QRect(inner.right() + 1, inner.top(), width, inner.height()),
    ):
        painter.fillRect(edge, colour)


def _paint_headline(painter: QPainter, area: QRect, display: CameraDisplay, font: QFont) -> None:
    """Draw why the picture is not the present, on a panel in the middle of it."""
    colour = theme.LEVEL_COLOURS[display.level]
    bold = QFont(font)
    bold.setBold(True)
    bold.setPointSizeF(font.pointSizeF() * (1.25 if area.width() > 300 else 1.0))
    room = min(area.width() - 4 * _MARGIN, 520)
    limit = QRect(0, 0, max(room, 40), max(area.height(), 40))
    head = QFontMetrics(bold).boundingRect(limit, _CENTRE, display.headline)
    text, gap = QRect(), 0
    if display.detail:
        text, gap = QFontMetrics(font).boundingRect(limit, _CENTRE, display.detail), 6
    width = max(head.width(), text.width()) + 5 * _MARGIN
    height = head.height() + gap + text.height() + 3 * _MARGIN
    panel = QRect(0, 0, min(width, area.width()), min(height, area.height()))
    panel.moveCenter(area.center())
    _paint_panel(painter, panel, _PANEL, 4)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRect(panel.left(), panel.top(), 4, panel.height()), 2, 2)
    inner = panel.adjusted(2 * _MARGIN, 3 * _MARGIN // 2, -2 * _MARGIN, -_MARGIN)
    _write(painter, inner, display.headline, _CENTRE, bold, theme.ON_PICTURE)
    below = inner.adjusted(0, head.height() + gap, 0, 0)
    _write(painter, below, display.detail, _CENTRE, font, _DIM)


def _paint_trouble(painter: QPainter, area: QRect, trouble: str, font: QFont) -> None:
    """Draw what is wrong although pictures come, in a line at the bottom of the picture."""
    metrics = QFontMetrics(font)
    strip = area.adjusted(0, area.height() - metrics.height() - _MARGIN, 0, 0)
    painter.fillRect(strip, _PANEL)
    inner = strip.adjusted(_MARGIN, 0, -_MARGIN, 0)
    text = metrics.elidedText(trouble, _ELIDE, inner.width())
    _write(painter, inner, text, _LEFT, font, _AMBER)


def _paint_figures(
    painter: QPainter,
    area: QRect,
    figures: Sequence[tuple[str, str]],
    font: QFont,
    *,
    raised: bool = False,
) -> None:
    """Draw names and values in the lower left corner; what has no room there is left out.

    ``raised``: a line of trouble is below.
    """
    metrics = QFontMetrics(font)
    step = metrics.height() + 1
    foot = metrics.height() + _MARGIN if raised else 0
    lines = list(figures)[: max(0, (area.height() - foot - 3 * _MARGIN) // step)]
    if not lines:
        return
    names = max(metrics.horizontalAdvance(name) for name, _ in lines) + _SPACE
    widest = max(metrics.horizontalAdvance(value) + (names if name else 0) for name, value in lines)
    width = min(widest + 2 * _MARGIN, area.width() - 2 * _MARGIN)
    panel = QRect(0, 0, width, step * len(lines) + _MARGIN)
    panel.moveBottomLeft(area.bottomLeft() + QPoint(_MARGIN, -_MARGIN - foot))
    _paint_panel(painter, panel, theme.SHADE, 4)
    row = QRect(panel.left() + _MARGIN, panel.top() + _MARGIN // 2, width - 2 * _MARGIN, step)
    for name, value in lines:
        _write(painter, row, name, _LEFT, font, _DIM)
        place = row.adjusted(names if name else 0, 0, 0, 0)
        shown = metrics.elidedText(value, _ELIDE, place.width() + 1)
        _write(painter, place, shown, _LEFT, font, theme.ON_PICTURE if name else _DIM)
        row.translate(0, step)


def paint_where(painter: QPainter, area: QRect, text: str, room: float, font: QFont) -> None:
    """Draw which part of the frame is visible, in the upper left corner.

    ``room``: pixels; of a text that is wider only the scale is drawn.
    """
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(text) + 34 > room:
        text = text.split(" · ", maxsplit=1)[0]
    panel = QRect(6, 6, metrics.horizontalAdvance(text) + 16, metrics.height() + 4)
    panel.translate(area.topLeft())
    _paint_panel(painter, panel, theme.SHADE, 3)
    _write(painter, panel.adjusted(8, 0, 0, 0), text, _LEFT, font, theme.ON_PICTURE)


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
    _write(painter, inner, text, _CENTRE, font, _AMBER)


def _paint_panel(painter: QPainter, panel: QRect, colour: QColor, radius: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(panel, radius, radius)


def _write(
    painter: QPainter, place: QRect, text: str, flags: int, font: QFont, colour: QColor
) -> None:
    painter.setFont(font)
    painter.setPen(QPen(colour))
    painter.drawText(place, flags, text)


def _write_elided(painter: QPainter, place: QRect, text: str, font: QFont, colour: QColor) -> int:
    """Draw the text from the left; return how wide it has become."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, _ELIDE, place.width())
    _write(painter, place, shown, _LEFT, font, colour)
    return metrics.horizontalAdvance(shown)
