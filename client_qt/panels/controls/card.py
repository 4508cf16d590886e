"""A section of a panel: a title, what stands beside it, and rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["GAP", "MARGIN", "Card", "Scroll", "column", "row"]

GAP = 6
"""Pixels between things of one section."""

MARGIN = 10
"""Pixels around a panel and between its sections."""


class Card(QFrame):
    """A titled section; hidden where there is nothing in it for this camera."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.rows = column(self)
        """Where what belongs to the section is added."""
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.title = Sentence(title, Weight.TITLE)
        self.head = row()
        """The line of the title; buttons may be added at its right."""
        self.head.addWidget(self.title, 1)
        self.rows.addLayout(self.head)
        self.setAccessibleName(title)


class Scroll(QScrollArea):
    """A column that scrolls up and down where a panel has not the room, never sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Keys reach what is in it; the area itself is no place to be.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget()
        self.content.setObjectName("panel-content")
        self.rows = column(self.content)
        self.rows.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.rows.setSpacing(MARGIN + GAP)
        self.setWidget(self.content)


def column(parent: QWidget | None = None) -> QVBoxLayout:
    """Return a layout from top to bottom with the panel's spacing."""
    layout = QVBoxLayout() if parent is None else QVBoxLayout(parent)
    layout.setSpacing(GAP)
    return layout


def row(*things: QWidget | QLayout) -> QHBoxLayout:
    """Return a layout from left to right with the panel's spacing."""
    layout = QHBoxLayout()
    layout.setSpacing(GAP)
    layout.setContentsMargins(0, 0, 0, 0)
    for thing in things:
        if isinstance(thing, QLayout):
            layout.addLayout(thing)
        else:
            layout.addWidget(thing)
    return layout
