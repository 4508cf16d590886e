"""The line at the bottom: how the connection does, and its rates."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QWidget

from client_qt.model.display import Summary
from client_qt.widgets import theme

__all__ = ["ConnectionBar"]

_NUMBERS = 4


class ConnectionBar(QStatusBar):
    """A dot in the colour of the state, a sentence, and numbers on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._shown: Summary | None = None
        self._dot = QLabel("●", self)
        self._dot.setObjectName("dot")
        self._text = QLabel(self)
        # A long reason must not push the window wider.
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._numbers = [QLabel(self) for _ in range(_NUMBERS)]
        self.addWidget(self._dot)
        self.addWidget(self._text, 1)
        for label in self._numbers:
            label.setObjectName("number")
            self.addPermanentWidget(label)

    def show_summary(self, shown: Summary) -> None:
        """Show ``shown`` if it differs from what is there."""
        if shown == self._shown:
            return
        before, self._shown = self._shown, shown
        if before is None or before.level is not shown.level:
            colour = theme.LEVEL_COLOURS[shown.level].name()
            self._dot.setStyleSheet(f"color: {colour};")
        self._text.setText(shown.text)
        self._text.setToolTip(shown.text)
        padded = (*shown.numbers, *("",) * _NUMBERS)[:_NUMBERS]
        for label, number in zip(self._numbers, padded, strict=True):
            label.setText(number)
            label.setToolTip(shown.tooltip)
