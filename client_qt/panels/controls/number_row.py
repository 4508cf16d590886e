"""A number with its name, field, unit, slider and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from client_qt.panels.controls.card import GAP
from client_qt.panels.controls.number_field import NumberField
from client_qt.panels.controls.segments import Segments
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.controls.value_slider import ValueSlider

__all__ = ["NumberRow", "NumberShown"]

_FIELD_LETTERS = 11
"""Letters for which a field has room: 1 000 000.00"""


@dataclass(frozen=True)
class NumberShown:
    """What a row shows.

    ``fraction``: place of the slider's handle, None: there is no slider for this number.
    ``range_text``: what is possible, for the tooltip and a screen reader. ``note``: a sentence
    below, such as why the number cannot be set.
    """

    text: str
    fraction: float | None = None
    unit: str = ""
    range_text: str = ""
    writable: bool = True
    note: str = ""
    note_weight: Weight = Weight.DIM
    differs: bool = False


class NumberRow(QWidget):
    """Shows a number; what the person wants with it is said by signals, never done here."""

    entered = Signal(str)
    """What the person typed."""
    stepped = Signal(int)
    """By how many steps the number is to grow."""
    dragged = Signal(float)
    """Where on the scale it is to be, from 0 to 1."""
    released = Signal()
    """The handle was let go."""
    auto_wished = Signal(str)
    """Which of the automatic modes the person wants."""

    def __init__(self, name: str, auto_name: str = "", parent: QWidget | None = None) -> None:
        """``name``: as it stands beside the field. ``auto_name``: of the automatic modes."""
        super().__init__(parent)
        self._name = name
        self._shown: NumberShown | None = None
        self.label = QLabel(name)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.field = NumberField()
        self.field.setAccessibleName(name)
        self.field.setFixedWidth(self.field.fontMetrics().averageCharWidth() * _FIELD_LETTERS + 16)
        self.label.setBuddy(self.field)
        self.unit = QLabel()
        self.unit.setTextFormat(Qt.TextFormat.PlainText)
        self.unit.setObjectName("unit")
        self.unit.setFixedWidth(self.unit.fontMetrics().averageCharWidth() * 5)
        self.slider = ValueSlider()
        self.slider.setAccessibleName(name)
        self.auto = Segments(auto_name or name)
        self.auto.hide()
        self.note = Sentence("", Weight.DIM)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP - 2)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        for part, stretch in ((self.label, 1), (self.field, 0), (self.unit, 0)):
            head.addWidget(part, stretch)
        grid.addLayout(head, 0, 0)
        grid.addWidget(self.slider, 1, 0)
        grid.addWidget(self.auto, 2, 0)
        grid.addWidget(self.note, 3, 0)
        self.field.entered.connect(self.entered)
        self.field.stepped.connect(self.stepped)
        self.slider.stepped.connect(self.stepped)
        self.slider.dragged.connect(self.dragged)
        self.slider.ended.connect(self.dragged)
        self.slider.sliderReleased.connect(self.released)
        self.auto.wished.connect(self.auto_wished)

    def show_number(self, shown: NumberShown) -> None:
        """Show it; what the person is typing or dragging stays as it is."""
        if shown == self._shown:
            self.field.show_text(shown.text)
            return
        self._shown = shown
        self.field.show_text(shown.text)
        self.field.setReadOnly(not shown.writable)
        self.field.setProperty("differs", shown.differs)
        self.unit.setText(shown.unit)
        self.slider.setVisible(shown.fraction is not None)
        self.slider.setEnabled(shown.writable)
        if shown.fraction is not None:
            self.slider.show_fraction(shown.fraction)
        said = " ".join(filter(None, (shown.text, shown.unit)))
        description = ". ".join(filter(None, (said, shown.range_text, shown.note)))
        for part in (self.field, self.slider):
            part.setAccessibleDescription(description)
            part.setToolTip(shown.range_text)
        self.note.show_text(shown.note, shown.note_weight)

    @property
    def busy(self) -> bool:
        """Whether the person is at work with it now."""
        return self.field.typing or self.slider.isSliderDown()
