"""A panel in the look of all panels, which follows the window's theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize

from client_qt.panels.panel_style import panel_style
from client_qt.widgets.panel import Panel
from client_qt.widgets.services import ViewerServices

__all__ = ["StyledPanel"]

_WIDTH, _HEIGHT = 340, 600
"""Logical pixels that a panel would like to have."""

_LEAST_LETTERS = 48
"""In fewer, names and fields do not find room side by side."""


class StyledPanel(Panel):
    """Sets its style sheet, and sets it again when the palette is another one."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS)
        self._restyle()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(_WIDTH, _HEIGHT)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()

    def _restyle(self) -> None:
        style = panel_style(self)
        # A style sheet changes the palette of what it styles: once is enough.
        if style != self.styleSheet():
            self.setStyleSheet(style)
