"""A person's hand at the wheel over a picture of the Qt viewer, and the end of its window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices

__all__ = ["end_viewer", "turn_wheel"]

_NOTCH = 120
"""Eighths of a degree, as Qt counts what one notch of a mouse's wheel turns."""


def turn_wheel(view: QWidget, at: QPoint, notches: int) -> None:
    """Turn the wheel over a place of ``view``; more than 0 is away from the person."""
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, _NOTCH * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def end_viewer(
    window: MainWindow,
    services: ViewerServices,
    session: StreamSession,
    decoder: PictureDecoder,
    client: StreamClient,
) -> None:
    """Close a window with one server; nothing of it is left for the next test."""
    window.close()
    assert session.close()
    for part in (window, services, session, decoder, client):
        part.deleteLater()
