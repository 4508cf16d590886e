"""A sentence in a panel: plain text that wraps and can be copied."""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from camstrm.viewing.plain_text import plain_text
from client_qt.panels.controls.shown import set_shown

__all__ = ["Sentence", "Weight"]


class Weight(enum.Enum):
    """How loud a sentence is; the style sheet has a look for each."""

    PLAIN = "plain"
    DIM = "dim"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    TITLE = "title"


class Sentence(QLabel):
    """Text of any origin, shown as it is: no mark-up, no links. Without text it takes no room."""

    def __init__(
        self, text: str = "", weight: Weight = Weight.PLAIN, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # A server's text is never taken for HTML, which could read files.
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._weight: Weight | None = None
        self.show_text(text, weight)

    def show_text(self, text: str, weight: Weight | None = None) -> None:
        """Show ``text``, with another weight if one is given; hide without text."""
        text = plain_text(text)
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
        set_shown(self, bool(text))
        if weight is not None and weight is not self._weight:
            self._weight = weight
            self.setProperty("weight", weight.value)
            self.style().unpolish(self)
            self.style().polish(self)
