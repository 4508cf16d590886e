"""A question in the panel: what will happen, and buttons. Nothing waits for the answer."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from client_qt.panels.controls.card import GAP, column, row
from client_qt.panels.controls.sentence import Sentence

__all__ = ["Question"]


class Question(QFrame):
    """Ask for a yes or a no in place, without a dialog over the pictures. Hidden otherwise."""

    declined = Signal()
    """The person said no."""

    def __init__(self, no: str, parent: QWidget | None = None) -> None:
        """``no``: text of the button that leaves everything as it is."""
        super().__init__(parent)
        self.setObjectName("question")
        self._then: Callable[[], None] | None = None
        """What the person says yes to; None while nothing is asked."""
        self._back_to: QWidget | None = None
        """Where the focus was before."""
        self.sentence = Sentence()
        self.yes = QPushButton()
        self.no = QPushButton(no)
        self.no.setAccessibleName(no)
        for button in (self.yes, self.no):
            button.setAutoDefault(True)
        self.yes.clicked.connect(self._on_yes)
        self.no.clicked.connect(self._on_no)
        self._rows = column(self)
        self._rows.setContentsMargins(GAP + 2, GAP + 2, GAP + 2, GAP + 2)
        self._rows.addWidget(self.sentence)
        buttons = row(self.yes, self.no)
        buttons.addStretch(1)
        self._rows.addLayout(buttons)
        self.hide()

    def insert(self, widget: QWidget) -> None:
        """Add something between the sentence and the buttons."""
        self._rows.insertWidget(self._rows.count() - 1, widget)

    def ask(self, sentence: str, yes: str, then: Callable[[], None]) -> None:
        """Ask, with the focus on the button that says yes; a question before is dismissed."""
        if not self.isVisible():
            self._back_to = self.window().focusWidget()
        self._then = then
        self.sentence.show_text(sentence)
        self.setAccessibleName(sentence)
        self.yes.setText(yes)
        self.yes.setAccessibleName(yes)
        self.yes.setAccessibleDescription(sentence)
        self.show()
        self.yes.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Take the question away: nothing is done."""
        self._then = None
        back_to, self._back_to = self._back_to, None
        focused = self.window().focusWidget()
        had_focus = self.isAncestorOf(focused)
        self.hide()
        there = back_to is not None and shiboken6.isValid(back_to)
        if had_focus and there and back_to is not None and back_to.isVisible():
            back_to.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Escape says no."""
        if event.key() == Qt.Key.Key_Escape:
            self._on_no()
        else:
            super().keyPressEvent(event)

    def _on_yes(self) -> None:
        then = self._then
        self.dismiss()
        if then is not None:
            then()

    def _on_no(self) -> None:
        self.dismiss()
        self.declined.emit()
