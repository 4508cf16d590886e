"""What charts of measured values have in common: a frame, two axes, a colour for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

__all__ = ["Axis", "Chart", "Curve", "channel_colour"]

_COLOURS = {
    "R": QColor(0xFF, 0x5C, 0x5C),
    "G": QColor(0x3D, 0xC9, 0x6B),
    "B": QColor(0x5A, 0x9B, 0xFF),
}
_GREY = QColor(0x8C, 0x96, 0xA3)

_STYLES = {"G": Qt.PenStyle.DashLine, "B": Qt.PenStyle.DotLine}
"""Lines of channels differ without their colours, too."""

_LEAST = 8
"""Pixels of a plot that says anything."""

_GAP = 4
"""Pixels between the plot and its texts."""


@dataclass(frozen=True)
class Curve:
    """One channel. ``points`` are 0..1 from left to right and from bottom to top."""

    name: str
    points: Sequence[tuple[float, float]]
    filled: bool = False


@dataclass(frozen=True)
class Axis:
    """Texts along one side of a chart, each with its place from 0 to 1; ``title`` at its end."""

    ticks: Sequence[tuple[float, str]] = ()
    title: str = ""


def channel_colour(name: str) -> QColor:
    """Return the colour of a channel: that of its light, grey for what is none."""
    return _COLOURS.get(name[:1] if name in ("Gr", "Gb") else name, _GREY)


class Chart(QWidget):
    """Draws curves between two axes. It stores, and draws in paintEvent. UI thread only.

    A chart is a picture for the eyes: what it says stands beside it in words, which are its
    accessible description.
    """

    pointed = Signal()
    """The mouse points at another place: ``pointer``."""

    def __init__(self, parent: QWidget | None = None, *, height: int = 150) -> None:
        """``height``: pixels that it would like to have, at the usual size of the font."""
        super().__init__(parent)
        self._height = height
        self.curves: tuple[Curve, ...] = ()
        self.bottom, self.left = Axis(), Axis()
        self.pointer: float | None = None
        """Where the mouse is, 0..1 from left to right; None: it is elsewhere."""
        self.note = ""
        """A sentence in the middle instead of curves: why there are none."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(280, self._height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(160, self._height)

    def show_curves(
        self, curves: Sequence[Curve], bottom: Axis, left: Axis, description: str
    ) -> None:
        """Store what is drawn from now on; ``description`` says it in words."""
        self.curves, self.bottom, self.left, self.note = tuple(curves), bottom, left, ""
        self.setAccessibleDescription(description)
        self.update()

    def show_note(self, note: str) -> None:
        """Show a sentence instead of curves."""
        self.curves, self.bottom, self.left, self.note = (), Axis(), Axis(), note
        self.setAccessibleDescription(note)
        self.update()

    def plot_area(self) -> QRectF:
        """Return where the curves are."""
        metrics = self.fontMetrics()
        wide = max((metrics.horizontalAdvance(text) for _, text in self.left.ticks), default=0)
        left = wide + _GAP + 1 if wide else 1
        bottom = metrics.height() + _GAP if self.bottom.ticks or self.bottom.title else 1
        top = metrics.height() // 2 if wide else 1
        return QRectF(self.rect()).adjusted(left, top, -1, -bottom)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Point at a place of the curves, where the mouse is tracked."""
        plot = self.plot_area()
        part = (event.position().x() - plot.left()) / max(plot.width(), 1)
        self._point(part if 0 <= part <= 1 else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Point at nothing any longer."""
        super().leaveEvent(event)
        self._point(None)

    def _point(self, part: float | None) -> None:
        if part != self.pointer:
            self.pointer = part
            self.update()
            self.pointed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Draw frame, axes and curves."""
        plot = self.plot_area()
        if plot.width() < _LEAST or plot.height() < _LEAST:
            return
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(plot, palette.color(QPalette.ColorRole.Base))
        if self.note:
            painter.setPen(self._dim())
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(plot.adjusted(8, 8, -8, -8).toRect(), flags, self.note)
        else:
            self._paint_axes(painter, plot)
            painter.save()
            painter.setClipRect(plot)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_curves(painter, plot)
            painter.restore()
            if self.pointer is not None:
                painter.setPen(QPen(self._dim(), 1))
                painter.drawLine(place(plot, self.pointer, 0), place(plot, self.pointer, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._line(), 1))
        painter.drawRect(plot)
        painter.end()

    def paint_curves(self, painter: QPainter, plot: QRectF) -> None:
        """Draw the curves, the first one below the others."""
        single = len(self.curves) == 1
        for curve in self.curves:
            colour = self._text() if single and curve.name not in _COLOURS else None
            colour = colour or channel_colour(curve.name)
            line = QPolygonF([place(plot, *point) for point in curve.points])
            if curve.filled and not line.isEmpty():
                shade = QColor(colour)
                shade.setAlpha(150 if single else 90)
                area = QPolygonF(line)
                area.append(QPointF(line.last().x(), plot.bottom()))
                area.append(QPointF(line.first().x(), plot.bottom()))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(shade)
                painter.drawPolygon(area)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            style = Qt.PenStyle.SolidLine if single else _STYLES.get(curve.name[:1])
            painter.setPen(QPen(colour, 1.2, style or Qt.PenStyle.SolidLine))
            painter.drawPolyline(line)

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        metrics = self.fontMetrics()
        painter.setPen(QPen(self._line(), 1, Qt.PenStyle.DotLine))
        for at, _ in self.left.ticks:
            y = place(plot, 0, at).y()
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(self._dim())
        right_of_last = -1.0
        bottom = [*self.bottom.ticks, *([(1.0, self.bottom.title)] if self.bottom.title else [])]
        for at, text in bottom:
            width = metrics.horizontalAdvance(text)
            x = min(max(plot.left() + at * plot.width() - width / 2, 0), self.width() - width - 1)
            if x > right_of_last:
                painter.drawText(QPointF(x, plot.bottom() + _GAP + metrics.ascent()), text)
                right_of_last = x + width + 2 * _GAP
        for at, text in self.left.ticks:
            width = metrics.horizontalAdvance(text)
            y = place(plot, 0, at).y() + metrics.ascent() / 2 - 1
            painter.drawText(QPointF(plot.left() - _GAP - width, y), text)

    def _text(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.WindowText)

    def _dim(self) -> QColor:
        colour = QColor(self._text())
        colour.setAlpha(170)
        return colour

    def _line(self) -> QColor:
        colour = QColor(self._text())
        colour.setAlpha(50)
        return colour


def place(plot: QRectF, across: float, up: float) -> QPointF:
    """Return where a point is drawn that is 0 to 1 of the plot from the left and from below."""
    return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())
