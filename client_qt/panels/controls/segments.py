"""A few choices side by side, one of them chosen: off, once, continuous."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

__all__ = ["Segments"]

_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class Segments(QWidget):
    """Buttons of which one is down; one place in the tab order, arrows go from one to the next."""

    wished = Signal(str)
    """Name of the choice that the person wants."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """``name``: what is chosen, for a screen reader."""
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._name = name
        self.setAccessibleName(name)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these: the name of each and its text."""
        if [(name, button.text()) for name, button in self._buttons.items()] == list(choices):
            return
        focused = any(button.hasFocus() for button in self._buttons.values())
        for button in self._buttons.values():
            button.hide()
            button.deleteLater()
        self._buttons = {name: self._button(name, text) for name, text in choices}
        for place, button in enumerate(self._buttons.values()):
            edge = {0: "first", len(choices) - 1: "last"}.get(place, "middle")
            button.setProperty("segment", "only" if len(choices) == 1 else edge)
            self._row.addWidget(button, 1)
        self.show_choice("")
        if focused and self._buttons:
            next(iter(self._buttons.values())).setFocus()

    def show_choice(self, name: str) -> None:
        """Show this one as chosen; none for a name that is not offered."""
        chosen = name if name in self._buttons else ""
        for other, button in self._buttons.items():
            button.setChecked(other == chosen)
            reachable = other == chosen or (not chosen and button is self._first())
            policy = Qt.FocusPolicy.StrongFocus if reachable else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(policy)

    @property
    def chosen(self) -> str:
        """Name of the choice that is shown; empty for none."""
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Choose the neighbour of the choice with the focus."""
        step = _STEPS.get(Qt.Key(event.key()), 0)
        names = list(self._buttons)
        focused = [n for n, button in self._buttons.items() if button.hasFocus()]
        if not step or not focused:
            super().keyPressEvent(event)
            return
        place = min(max(names.index(focused[0]) + step, 0), len(names) - 1)
        if names[place] != focused[0] and self._buttons[names[place]].isEnabled():
            self._buttons[names[place]].setFocus(Qt.FocusReason.OtherFocusReason)
            self._wish(names[place])

    def _first(self) -> QToolButton | None:
        return next(iter(self._buttons.values()), None)

    def _button(self, name: str, text: str) -> QToolButton:
        button = _SegmentButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setAccessibleName(f"{self._name}: {text}")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self._wish(name))
        return button

    def _wish(self, name: str) -> None:
        self.show_choice(name)
        self.wished.emit(name)


class _SegmentButton(QToolButton):
    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        # A tool button moves the focus by itself; here the whole row decides.
        if event.key() in _STEPS:
            event.ignore()
        else:
            super().keyPressEvent(event)
