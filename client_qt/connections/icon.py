"""The viewer's icon, in the sizes that desktops want."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtGui import QIcon, QPixmap

__all__ = ["SIZES", "window_icon"]

SIZES = (16, 24, 32, 48, 64, 128, 256)
"""Pixels; camstrm.svg beside them is what they are drawn from."""


def window_icon() -> QIcon:
    """Return the icon. It is read from the installed package, also of a frozen program."""
    icon, folder = QIcon(), files("client_qt") / "icons"
    for size in SIZES:
        pixmap = QPixmap()
        if pixmap.loadFromData((folder / f"camstrm-{size}.png").read_bytes()):
            icon.addPixmap(pixmap)
    return icon
