"""The list of keys that ``?`` opens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from client_qt.widgets.services import ViewerServices

__all__ = ["KeyList"]

_COLUMNS = 3
_HEAD = 1.5
"""Height of a title with the space above it, in rows."""


class KeyList(QDialog):
    """All actions that can be done, by groups, with their keys; any of ``?`` and Escape closes."""

    def __init__(self, services: ViewerServices, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = services.actions
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self._actions.name("keys"))
        columns = QHBoxLayout(self)
        columns.setContentsMargins(24, 12, 24, 24)
        columns.setSpacing(36)
        groups: dict[str, list[str]] = {}
        for action in self._actions.table:
            if action.keys and self._actions.connected(action.id):
                groups.setdefault(action.group, []).append(action.id)
        most = sum(len(ids) + _HEAD for ids in groups.values()) / _COLUMNS
        column, filled = _column(columns), 0.0
        for group, ids in groups.items():
            if filled and filled + (len(ids) + _HEAD) / 2 > most:
                column.addStretch()
                column, filled = _column(columns), 0.0
            self._add_group(column, services.say(f"group.{group}"), ids)
            filled += len(ids) + _HEAD
        column.addStretch()

    def _add_group(self, column: QVBoxLayout, title: str, ids: list[str]) -> None:
        head = _label(title)
        head.setObjectName("head")
        column.addWidget(head)
        rows = QGridLayout()
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(4)
        for row, action_id in enumerate(ids):
            key = _label(self._actions.keys_of(action_id))
            key.setObjectName("key")
            name = _label(self._actions.name(action_id))
            name.setBuddy(key)
            rows.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft)
            rows.addWidget(name, row, 1)
        rows.setColumnStretch(1, 1)
        column.addLayout(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Close with the key that opened it, too."""
        if event.text() == "?":
            self.close()
        else:
            super().keyPressEvent(event)


def _column(columns: QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    columns.addLayout(column)
    return column


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label
