"""A list of choices that drops down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from camstrm.viewing.plain_text import plain_text

__all__ = ["ChoiceBox"]

_LEAST_LETTERS = 6


class ChoiceBox(QComboBox):
    """Show one of several choices and say which one the person wants."""

    wished = Signal(str)
    """Name of the choice that the person wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A long name must not make the panel wider.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LEAST_LETTERS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(self._on_activated)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these: the name of each and its text."""
        choices = [(name, plain_text(text)) for name, text in choices]
        present = [(self.itemData(row), self.itemText(row)) for row in range(self.count())]
        if present == choices:
            return
        chosen = self.chosen
        self.clear()
        for name, text in choices:
            self.addItem(text, name)
        self.show_choice(chosen)

    def show_choice(self, name: str) -> None:
        """Show this one; nothing for a name that is not offered."""
        # While the list is open the person looks for another one.
        if not self.view().isVisible():
            self.setCurrentIndex(self.findData(name, Qt.ItemDataRole.UserRole))

    @property
    def chosen(self) -> str:
        """Name of the choice that is shown; empty for none."""
        return str(self.currentData() or "")

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Leave the wheel to the panel: scrolling changes no camera."""
        event.ignore()

    def _on_activated(self, row: int) -> None:
        self.wished.emit(str(self.itemData(row)))
