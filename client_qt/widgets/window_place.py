"""Where the window is, and how large: as it was left, but never beyond the screen."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect, QSize
from PySide6.QtWidgets import QMainWindow

from client_qt.model.settings import Settings

__all__ = ["keep_place", "restore_place"]

_USUAL = QSize(1440, 900)
"""Logical pixels, where the screen has them."""

_PART = 0.92
"""Of the screen, for a window that has never been placed."""


def restore_place(window: QMainWindow, settings: Settings) -> None:
    """Give the window its place, without showing it."""
    screen = window.screen().availableGeometry()
    kept = settings.get("window.geometry", "")
    restored = kept and window.restoreGeometry(QByteArray.fromHex(kept.encode("ascii", "replace")))
    # Qt puts a window that is on no screen onto one; its size is its own.
    if restored and window.width() <= screen.width() and window.height() <= screen.height():
        return
    size = usual_size(screen)
    place = QRect(0, 0, size.width(), size.height())
    place.moveCenter(screen.center())
    window.setGeometry(place)


def usual_size(screen: QRect) -> QSize:
    """Return the size of a window that has never been placed, frame and all on the screen."""
    most = QSize(round(screen.width() * _PART), round(screen.height() * _PART))
    return _USUAL.boundedTo(most)


def keep_place(window: QMainWindow, settings: Settings) -> None:
    """Remember the window's place for the next start."""
    settings.set("window.geometry", bytes(window.saveGeometry().toHex().data()).decode("ascii"))
