"""Colours and style of the window: dark, so that the pictures are the brightest thing."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from client_qt.model.display import Level

__all__ = ["ACCENT", "DIM_TEXT", "HEADER", "LEVEL_COLOURS", "TEXT", "TILE", "apply_theme"]

TILE = QColor(0x05, 0x06, 0x08)
HEADER = QColor(0x17, 0x1B, 0x21)
TEXT = QColor(0xE8, 0xEB, 0xEF)
DIM_TEXT = QColor(0x93, 0x9D, 0xA8)
_BACKGROUND = QColor(0x0B, 0x0D, 0x10)
ACCENT = QColor(0x4C, 0x9A, 0xFF)

LEVEL_COLOURS = {
    Level.IDLE: QColor(0x5B, 0x65, 0x70),
    Level.GOOD: QColor(0x3D, 0xD1, 0x8B),
    Level.WAITING: QColor(0xF2, 0xB1, 0x34),
    Level.BAD: QColor(0xF0, 0x52, 0x52),
}

_STYLE = f"""
QMainWindow, QWidget#grid {{ background: {_BACKGROUND.name()}; }}
QStatusBar {{ background: {HEADER.name()}; border-top: 1px solid #242a32; min-height: 26px; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {TEXT.name()}; padding: 2px 8px; }}
QStatusBar QLabel#dot {{ padding: 2px 0px 2px 8px; }}
QStatusBar QLabel#number {{ color: {DIM_TEXT.name()}; padding: 2px 10px; }}
QToolTip {{
    background: #20262e; color: {TEXT.name()}; border: 1px solid #39424d; padding: 6px;
}}
"""


def apply_theme(application: QApplication) -> None:
    """Give the application one look on all systems."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, _BACKGROUND),
        (QPalette.ColorRole.WindowText, TEXT),
        (QPalette.ColorRole.Base, TILE),
        (QPalette.ColorRole.Text, TEXT),
        (QPalette.ColorRole.Button, HEADER),
        (QPalette.ColorRole.ButtonText, TEXT),
        (QPalette.ColorRole.Highlight, ACCENT),
    ):
        palette.setColor(role, colour)
    application.setPalette(palette)
    application.setStyleSheet(_STYLE)
