"""Labels whose text is shown as it is, whatever a server sends."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

__all__ = ["SELECTABLE", "plain_label", "title_label"]

SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)
"""Text that can be copied, with keys too."""


def plain_label(
    text: str = "", *, wrap: bool = False, dim: bool = False, selectable: bool = False
) -> QLabel:
    """Return a label that shows text as it is; what is selectable can be copied."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if dim:
        label.setObjectName("dim")
    if selectable:
        label.setTextInteractionFlags(SELECTABLE)
    return label


def title_label(text: str) -> QLabel:
    """Return the title of a part of a panel."""
    label = plain_label(text, wrap=True)
    label.setProperty("weight", "title")
    return label
