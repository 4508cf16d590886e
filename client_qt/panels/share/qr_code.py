"""QR codes on the screen."""

from __future__ import annotations

import segno
from PySide6.QtGui import QImage, QPixmap

__all__ = ["qr_pixmap"]

_BORDER = 4
"""Modules of white around the code, as ISO/IEC 18004 wants them."""

_LEAST_MODULE = 3
"""Pixels of the screen: a phone reads smaller ones only from very near."""


def qr_pixmap(text: str, side: int) -> QPixmap:
    """Return the code of ``text`` in whole pixels, black on white, about ``side`` pixels wide.

    It is larger where smaller could not be read. Raises ValueError for a text that is too long.
    """
    code = segno.make_qr(text, error="m")
    rows = [
        bytes(0 if module else 255 for module in row) for row in code.matrix_iter(border=_BORDER)
    ]
    modules = len(rows)
    image = QImage(b"".join(rows), modules, modules, modules, QImage.Format.Format_Grayscale8)
    scale = max(_LEAST_MODULE, side // modules)
    return QPixmap.fromImage(image.copy()).scaled(modules * scale, modules * scale)
