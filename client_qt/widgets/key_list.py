"""The list of keys that ``?`` opens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from client_qt.widgets.services import ViewerServices

__all__ = ["KeyList"]


class KeyList(QDialog):
    """All actions that can be done, by groups, with their keys; any of ``?`` and Escape closes."""

    def __init__(self, services: ViewerServices, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = services.actions
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self._actions.name("keys"))
        columns = QHBoxLayout(self)
        columns.setSpacing(32)
        groups = list(dict.fromkeys(action.group for action in self._actions.table))
        half = len(self._actions.table) / 2
        column, filled = QVBoxLayout(), 0
        columns.addLayout(column)
        for group in groups:
            actions = [
                a
                for a in self._actions.table
                if a.group == group and a.keys and self._actions.connected(a.id)
            ]
            if not actions:
                continue
            if filled and filled + len(actions) / 2 > half:
                column.addStretch()
                column, filled = QVBoxLayout(), 0
                columns.addLayout(column)
            head = _label(services.say(f"group.{group}"))
            head.setObjectName("head")
            column.addWidget(head)
            rows = QGridLayout()
            rows.setHorizontalSpacing(16)
            for row, action in enumerate(actions):
                key = _label(self._actions.keys_of(action.id))
                key.setObjectName("key")
                rows.addWidget(key, row, 0)
                rows.addWidget(_label(self._actions.name(action.id)), row, 1)
            rows.setColumnStretch(1, 1)
            column.addLayout(rows)
            filled += len(actions)
        column.addStretch()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Close with the key that opened it, too."""
        if event.text() == "?":
            self.close()
        else:
            super().keyPressEvent(event)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
