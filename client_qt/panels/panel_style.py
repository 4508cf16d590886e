"""How panels look: quiet, in the colours of the window's palette, whatever theme that is of."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from client_qt.model.display import Level
from client_qt.widgets import theme

__all__ = ["dim_colour", "panel_style"]


def panel_style(widget: QWidget) -> str:
    """Return the style sheet of a panel, for the palette that ``widget`` has now."""
    palette = widget.palette()
    back = palette.color(QPalette.ColorRole.Window)
    text = palette.color(QPalette.ColorRole.WindowText)
    accent = palette.color(QPalette.ColorRole.Highlight)
    on_accent = palette.color(QPalette.ColorRole.HighlightedText).name()
    # Without a theme, in a window of its own, the colours are those of the palette.
    line = _known(theme.LINE, _mix(text, back, 0.80))
    raised = _known(theme.RAISED, _mix(text, back, 0.91))
    edge = _known(theme.EDGE, _mix(text, back, 0.60))
    dim = dim_colour(palette).name()
    off = _known(theme.DISABLED_TEXT, dim_colour(palette))
    good, warning, bad = (theme.LEVEL_COLOURS[level].name() for level in _LEVELS)
    return f"""
QLabel[weight="dim"], QLabel#unit, QLabel#figure {{ color: {dim}; }}
QLabel[weight="good"] {{ color: {good}; }}
QLabel[weight="warning"] {{ color: {warning}; }}
QLabel[weight="bad"] {{ color: {bad}; }}
QLabel[weight="title"] {{ font-weight: 600; }}
QWidget#panel-content {{ background: transparent; }}
QScrollArea {{ background: transparent; border: none; }}
QFrame#question {{ background: {raised}; border: 1px solid {warning}; border-radius: 4px; }}
QFrame#finding {{ border: none; border-left: 3px solid {line}; }}
QFrame#finding[level="error"] {{ border-left-color: {bad}; }}
QFrame#finding[level="warning"] {{ border-left-color: {warning}; }}
QFrame#finding[level="ok"] {{ border-left-color: {good}; }}
QLineEdit, QPlainTextEdit {{
    background: {raised}; border: 1px solid {edge}; border-radius: 3px; padding: 2px 5px;
    placeholder-text-color: {dim}; selection-background-color: {accent.name()};
}}
QLineEdit:read-only {{ background: transparent; }}
QLineEdit[differs="true"] {{ font-weight: 600; }}
QPushButton, QToolButton {{
    background: {raised}; border: 1px solid {edge}; border-radius: 3px; padding: 3px 9px;
}}
QPushButton:hover, QToolButton:hover {{ border-color: {text.name()}; }}
QPushButton:pressed, QPushButton:checked, QToolButton:checked {{
    background: {accent.name()}; border-color: {accent.name()}; color: {on_accent};
}}
QPushButton:disabled, QToolButton:disabled {{ color: {off}; border: 1px dashed {line}; }}
QToolButton:checked:disabled {{ background: {line}; border-color: {line}; color: {text.name()}; }}
QToolButton[segment="first"] {{ border-top-right-radius: 0; border-bottom-right-radius: 0; }}
QToolButton[segment="middle"] {{ border-radius: 0; border-left: none; }}
QToolButton[segment="last"] {{
    border-top-left-radius: 0; border-bottom-left-radius: 0; border-left: none;
}}
QLineEdit:focus, QPlainTextEdit:focus, QPushButton:focus, QToolButton:focus,
QTreeView:focus {{ border: 1px solid {accent.name()}; }}
QTreeView {{ background: transparent; border: 1px solid {line}; border-radius: 3px; }}
"""


_LEVELS = (Level.GOOD, Level.WAITING, Level.BAD)


def dim_colour(palette: QPalette) -> QColor:
    """Return the colour of what is less important, still well readable."""
    text = palette.color(QPalette.ColorRole.WindowText)
    mixed = _mix(text, palette.color(QPalette.ColorRole.Window), 0.40)
    return theme.DIM_TEXT if theme.DIM_TEXT.isValid() else mixed


def _known(colour: QColor, otherwise: QColor) -> str:
    return (colour if colour.isValid() else otherwise).name()


def _mix(one: QColor, other: QColor, part: float) -> QColor:
    """Return a colour between two, ``part`` of the second."""
    colours = (one.red, other.red), (one.green, other.green), (one.blue, other.blue)
    red, green, blue = (round(a() + (b() - a()) * part) for a, b in colours)
    return QColor(red, green, blue)
