"""Show or hide a widget wherever it is, also before it has a place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

__all__ = ["set_shown"]


def set_shown(widget: QWidget, shown: bool) -> None:  # as setVisible
    """Show or hide it; one without a parent is shown with its parent, and not as a window."""
    if shown and widget.parentWidget() is None:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
    else:
        widget.setVisible(shown)
