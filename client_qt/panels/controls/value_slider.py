"""A slider over a scale of its owner, such as a logarithmic one: it knows fractions only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from client_qt.panels.controls.number_field import steps_of

__all__ = ["ValueSlider"]

_POSITIONS = 2000
"""Places of the handle: more than a slider has pixels."""

_SIDEWAYS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}


class ValueSlider(QSlider):
    """Say where the person drags the handle, and by how many steps keys move it."""

    dragged = Signal(float)
    """Place of the handle from 0 to 1, while it is dragged and where the bar was pressed."""

    stepped = Signal(int)
    """By how many steps the value is to grow."""

    ended = Signal(float)
    """0.0 or 1.0: the person wants the smallest or the largest value (Home, End)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _POSITIONS)
        self._showing = False
        """Whether the position is being set by the program and not by the person."""
        self.valueChanged.connect(self._on_value)

    def show_fraction(self, fraction: float) -> None:
        """Put the handle there, unless the person is dragging it."""
        if not self.isSliderDown():
            self._showing = True
            self.setValue(round(min(max(fraction, 0.0), 1.0) * _POSITIONS))
            self._showing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Move by steps of the value, not of the handle."""
        if steps := steps_of(event) or _SIDEWAYS.get(Qt.Key(event.key()), 0):
            self.stepped.emit(steps)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.ended.emit(0.0 if event.key() == Qt.Key.Key_Home else 1.0)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Put the handle where the bar is pressed, and go on dragging from there."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(
            event.position().toPoint()
        ):
            room = max(self.width() - handle.width(), 1)
            place = (event.position().x() - handle.width() / 2) / room
            self.setValue(round(min(max(place, 0.0), 1.0) * _POSITIONS))
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Leave the wheel to the panel: scrolling changes no camera."""
        event.ignore()

    def _on_value(self, position: int) -> None:
        if not self._showing:
            self.dragged.emit(position / _POSITIONS)
