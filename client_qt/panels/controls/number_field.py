"""A field for a number: typing, arrows and page keys. It knows no limits: its owner does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

__all__ = ["LARGE_STEP", "NumberField", "steps_of"]

LARGE_STEP = 10
"""Steps of a page key, and of an arrow key with Shift."""

_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: LARGE_STEP,
    Qt.Key.Key_PageDown: -LARGE_STEP,
}


def steps_of(event: QKeyEvent) -> int:
    """Return by how many steps a key changes a number; 0: it does not."""
    steps = _STEPS.get(Qt.Key(event.key()), 0)
    if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return 0
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return steps * LARGE_STEP if shifted and abs(steps) == 1 else steps


class NumberField(QLineEdit):
    """Show a number as text; what a person types is said once, with Enter or when they leave."""

    entered = Signal(str)
    """What the person typed."""

    stepped = Signal(int)
    """By how many steps the number is to grow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        """What stands there while nobody types."""
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMaxLength(64)

    @property
    def typing(self) -> bool:
        """Whether the person has typed something that was not said yet."""
        return self.isModified() and self.text() != self._shown

    def show_text(self, text: str) -> None:
        """Show the number; what is just being typed stays."""
        self._shown = text
        if not self.typing and self.text() != text:
            place = self.cursorPosition()
            everything = self.selectedText() == self.text() and self.hasSelectedText()
            self.setText(text)
            if everything:
                self.selectAll()
            else:
                self.setCursorPosition(min(place, len(text)))

    def restore(self) -> None:
        """Forget what was typed."""
        self.setText(self._shown)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Step with arrows and page keys, say what was typed with Enter, forget it with Escape."""
        if steps := steps_of(event):
            # Also where nothing can be set: the page keys would choose another camera.
            if not self.isReadOnly():
                self._say()
                self.stepped.emit(steps)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self.typing:
            self.restore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Select everything for a person who comes by a key: typing replaces it."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Say what was typed; another window in front is no reason to."""
        super().focusOutEvent(event)
        away = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        if event.reason() not in away:
            self._say()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Step only where the person is at work: scrolling a panel changes no camera."""
        if self.hasFocus() and not self.isReadOnly() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def _say(self) -> None:
        if not self.typing:
            return
        text = self.text()
        self.setModified(False)
        self.entered.emit(text)
