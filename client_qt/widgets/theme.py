"""Colours and style of the window: dark, light, and either with more contrast.

The colours are those of the page (style.css). They are QColors that :func:`apply_theme` changes in
place, so that whoever has one has the present one; the place of pictures stays calm in both.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from client_qt.model.display import Level

__all__ = [
    "ACCENT",
    "BACKGROUND",
    "DIM_TEXT",
    "DISABLED_TEXT",
    "EDGE",
    "HEADER",
    "LEVEL_COLOURS",
    "LINE",
    "ON_PICTURE",
    "RAISED",
    "SHADE",
    "TEXT",
    "THEMES",
    "TILE",
    "apply_theme",
]

THEMES = ("", "dark", "light")
"""What can be set; "" follows the desktop."""

BACKGROUND = QColor()
"""Between the pictures."""
HEADER = QColor()
"""Of lines of text and panels."""
RAISED = QColor()
"""Of fields, menus, tooltips."""
TILE = QColor()
"""Where a picture does not fill its place."""
LINE = QColor()
"""Between things that belong together."""
EDGE = QColor()
"""Around what can be used: at least 3:1 to what is beside it."""
TEXT = QColor()
DIM_TEXT = QColor()
DISABLED_TEXT = QColor()
"""Of what cannot be used now; dim with more contrast, too, or nobody could tell."""
ACCENT = QColor()
"""Of what is chosen and what has the focus."""
_ON_ACCENT = QColor()
ON_PICTURE = QColor(0xF2, 0xF4, 0xF6)
"""Text on a dark ground over a picture, whatever the theme."""
SHADE = QColor(0, 0, 0, 168)
"""Behind bright text on a picture, whatever the theme."""

LEVEL_COLOURS = {level: QColor() for level in Level}

_NAMES = (
    *(BACKGROUND, HEADER, RAISED, TILE, LINE, EDGE, TEXT, DIM_TEXT, DISABLED_TEXT),
    *(ACCENT, _ON_ACCENT),
    *(LEVEL_COLOURS[level] for level in (Level.IDLE, Level.GOOD, Level.WAITING, Level.BAD)),
)
_DARK = (
    *("#090b0d", "#11151a", "#1a2027", "#050607", "#222931", "#5b6773", "#e6eaee", "#98a4b0"),
    *("#98a4b0", "#6cb2f7", "#06121f", "#98a4b0", "#56c596", "#f6bd4b", "#ff6f6b"),
)
_LIGHT = (
    *("#d5dade", "#f6f8f9", "#ffffff", "#c3c9ce", "#d3d9df", "#77838f", "#14191e", "#56616c"),
    *("#56616c", "#0b5cab", "#ffffff", "#56616c", "#0b6e45", "#8a5200", "#b3201c"),
)


def apply_theme(application: QApplication, theme: str = "", *, contrast: bool = False) -> None:
    """Give the application one look on all systems; ``theme``: one of THEMES.

    ``contrast``: nothing is dim, and edges are as clear as text.
    """
    _set_colours(_LIGHT if is_light(application, theme) else _DARK)
    if contrast:
        for changed in (DIM_TEXT, EDGE, LEVEL_COLOURS[Level.IDLE]):
            changed.setRgb(TEXT.rgb())
        LINE.setRgb(QColor("#5b6773").rgb())
    application.setStyle("Fusion")
    application.setPalette(_palette())
    application.setStyleSheet(_style(2 if contrast else 1))


def _set_colours(values: tuple[str, ...]) -> None:
    for colour, value in zip(_NAMES, values, strict=True):
        colour.setRgb(QColor(value).rgb())


def is_light(application: QApplication, theme: str) -> bool:
    """Return whether the theme is light; "" is dark where the desktop says nothing."""
    if theme in ("dark", "light"):
        return theme == "light"
    return application.styleHints().colorScheme() == Qt.ColorScheme.Light


def _palette() -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    for which, colour in (
        (role.Window, HEADER),
        (role.WindowText, TEXT),
        (role.Base, RAISED),
        (role.AlternateBase, HEADER),
        (role.Text, TEXT),
        (role.Button, RAISED),
        (role.ButtonText, TEXT),
        (role.BrightText, LEVEL_COLOURS[Level.BAD]),
        (role.ToolTipBase, RAISED),
        (role.ToolTipText, TEXT),
        (role.PlaceholderText, DIM_TEXT),
        (role.Highlight, ACCENT),
        (role.HighlightedText, _ON_ACCENT),
        (role.Link, ACCENT),
        (role.Light, EDGE),
        (role.Midlight, LINE),
        (role.Mid, LINE),
        (role.Dark, LINE),
        (role.Shadow, BACKGROUND),
    ):
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, DISABLED_TEXT)
    return palette


def _style(edge: int) -> str:
    text, dim, header = TEXT.name(), DIM_TEXT.name(), HEADER.name()
    raised, line, accent, off = RAISED.name(), LINE.name(), ACCENT.name(), DISABLED_TEXT.name()
    tick = Path(
        str(files("client_qt") / "icons" / f"tick-on-{_ON_ACCENT.name()[1:]}.png")
    ).as_posix()
    return f"""
QMainWindow, QWidget#grid {{ background: {BACKGROUND.name()}; }}
QMainWindow::separator {{ background: {line}; width: 3px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QWidget#topbar {{ background: {header}; border-bottom: 1px solid {line}; }}
QWidget#topbar QLabel {{ color: {text}; }}
QWidget#topbar QLabel#figure, QLabel#dim {{ color: {dim}; }}
QMenuBar {{ background: transparent; color: {text}; }}
QMenuBar::item {{ padding: 4px 9px; background: transparent; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {raised}; color: {text}; }}
QMenu {{ background: {raised}; color: {text}; border: {edge}px solid {EDGE.name()}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 26px; }}
QMenu::item:selected {{ background: {accent}; color: {_ON_ACCENT.name()}; }}
QMenu::item:disabled {{ color: {off}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QToolTip {{
    background: {raised}; color: {text}; border: {edge}px solid {EDGE.name()}; padding: 6px;
}}
QDockWidget, QTabWidget::pane {{ background: {header}; border: none; }}
QTabBar::tab {{ background: {header}; color: {dim}; padding: 6px 10px; border: none; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:focus {{ background: {raised}; }}
QTabBar QToolButton {{ background: {header}; color: {text}; border: none; padding: 2px; }}
QToolButton#close {{ border: none; background: transparent; color: {dim}; padding: 0 4px; }}
QToolButton#close:hover {{ color: {text}; }}
QCheckBox, QRadioButton {{ border: 2px solid transparent; border-radius: 3px; padding-right: 3px; }}
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator, QTreeView::indicator {{
    width: 14px; height: 14px; border: 1px solid {EDGE.name()}; border-radius: 3px;
    background: {raised};
}}
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked {{
    background: {accent}; border-color: {accent}; image: url("{tick}");
}}
QRadioButton::indicator {{ border-radius: 8px; }}
QRadioButton::indicator:checked {{
    background: {_ON_ACCENT.name()}; border: 5px solid {accent}; width: 6px; height: 6px;
}}
QCheckBox:disabled, QRadioButton:disabled {{ color: {off}; }}
QCheckBox::indicator:checked:disabled {{ background: {off}; border-color: {off}; }}
QLineEdit {{
    background: {raised}; border: {edge}px solid {EDGE.name()}; border-radius: 3px;
    padding: 3px 5px;
}}
QPushButton {{
    background: {raised}; color: {text}; border: {edge}px solid {EDGE.name()};
    border-radius: 3px; padding: 4px 12px;
}}
QPushButton:hover {{ border-color: {text}; }}
QPushButton:default {{ border-color: {accent}; }}
QPushButton:pressed, QPushButton:checked {{
    background: {accent}; border-color: {accent}; color: {_ON_ACCENT.name()};
}}
QPushButton:disabled {{ color: {off}; border: {edge}px dashed {line}; }}
QComboBox {{ border: {edge}px solid {EDGE.name()}; border-radius: 3px; padding: 3px 8px; }}
QLabel#head {{ color: {dim}; font-weight: 600; padding: 8px 0 2px 0; }}
QLabel#key {{
    background: {raised}; color: {text}; border: 1px solid {line}; border-radius: 3px;
    padding: 1px 6px;
}}
QAbstractItemView {{ background: {header}; border: none; outline: none; }}
QListWidget::item {{ padding: 2px 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {EDGE.name()}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {dim}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QPushButton:focus, QComboBox:focus, QCheckBox:focus, QRadioButton:focus, QLineEdit:focus,
QAbstractItemView:focus,
QSlider:focus, QToolButton:focus {{
    outline: none; border: 2px solid {accent};
}}
QLineEdit:focus {{ padding: {_inside(3, edge)}px {_inside(5, edge)}px; }}
QPushButton:focus {{ padding: {_inside(4, edge)}px {_inside(12, edge)}px; }}
QComboBox:focus {{ padding: {_inside(3, edge)}px {_inside(8, edge)}px; }}
"""


def _inside(padding: int, edge: int) -> int:
    """Return the padding that keeps the size although the edge of what has the focus is thicker."""
    return padding + edge - 2


_set_colours(_DARK)
