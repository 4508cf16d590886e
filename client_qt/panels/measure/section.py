"""A part of a panel: a title, a row of switches at its right, and what belongs to it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from client_qt.widgets.plain_label import plain_label

__all__ = ["Section"]


class Section(QWidget):
    """Widgets go into ``body``, one below the other; switches into ``head``."""

    def __init__(self, title: str, switch: QCheckBox | None = None) -> None:
        """``switch``: turns it on and off; the title is its text then."""
        super().__init__()
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.head = QHBoxLayout()
        self.head.setSpacing(10)
        label: QWidget
        if switch is None:
            label = plain_label(title)
            label.setProperty("weight", "title")
        else:
            label = switch
            switch.setText(title.replace("&", "&&"))
            font = switch.font()
            font.setBold(True)
            switch.setFont(font)
        self.head.addWidget(label, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        layout.addLayout(self.head)
        layout.addLayout(self.body)
