"""Fields for places on the sensor: what the mouse does on the picture, by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from client_qt.widgets import theme
from client_qt.widgets.plain_label import plain_label

__all__ = ["PixelFields"]


class PixelFields(QWidget):
    """A row of whole numbers, each with a short name before it."""

    edited = Signal(tuple)
    """The numbers, as the person has left them."""

    def __init__(self, of: str, names: Sequence[str]) -> None:
        """``of``: what the numbers are of, for a screen reader."""
        super().__init__()
        self.setAccessibleName(of)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.fields: list[QSpinBox] = []
        for name in names:
            field = _Number()
            field.setAccessibleName(f"{of}: {name}")
            field.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            field.setMinimumHeight(field.fontMetrics().height() + 8)
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setKeyboardTracking(False)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            field.valueChanged.connect(self._emit)
            label = plain_label(name)
            label.setProperty("weight", "dim")
            label.setBuddy(field)
            layout.addWidget(label)
            layout.addWidget(field, 1)
            self.fields.append(field)

    def show_numbers(self, numbers: Sequence[int] | None, most: Sequence[int]) -> None:
        """Show numbers from 0 to ``most`` each; None: there are none to edit."""
        for field, value, limit in zip(self.fields, numbers or most, most, strict=True):
            # What somebody is typing stays.
            if field.hasFocus() and numbers is not None and field.value() != value:
                field.lineEdit().setModified(False)
            field.blockSignals(True)  # Qt's
            field.setRange(0, max(0, limit))
            field.setValue(value if numbers is not None else 0)
            field.setEnabled(numbers is not None)
            field.blockSignals(False)  # Qt's

    def _emit(self) -> None:
        self.edited.emit(tuple(field.value() for field in self.fields))


_DARKER = 140
"""Per cent by which the style draws a field's edge darker than the window."""


class _Number(QSpinBox):
    """A spin box whose edge can be seen in every theme.

    A border in a style sheet hides the text of a spin box without buttons, so the style draws
    the edge, and this gives it the colour to make it of.
    """

    def __init__(self) -> None:
        super().__init__()
        self._colour()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        palette, edge = self.palette(), theme.EDGE.lighter(_DARKER)
        if palette.color(QPalette.ColorRole.Window) != edge:
            palette.setColor(QPalette.ColorRole.Window, edge)
            self.setPalette(palette)
