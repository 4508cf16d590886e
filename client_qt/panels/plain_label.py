"""A label whose text is shown as it is, whatever a server sends."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

__all__ = ["plain_label", "title_label"]


def plain_label(text: str, *, dim: bool = False, copied: bool = False) -> QLabel:
    """Return a label of plain text; ``copied``: it can be selected, with keys too."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if dim:
        label.setObjectName("dim")
    if copied:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


def title_label(text: str) -> QLabel:
    """Return the title of a part of a panel."""
    label = plain_label(text)
    label.setProperty("weight", "title")
    return label
