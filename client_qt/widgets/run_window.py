"""Run the viewer's window in an event loop."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from camstrm.client.address import ServerAddress
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.network import Network
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.preferences import apply_appearance, load_settings, spoken_texts
from client_qt.widgets.services import ViewerServices

__all__ = ["drops_references", "run_window"]

_log = logging.getLogger(__name__)

_SIGNAL_INTERVAL_MS = 200
"""Ctrl-C is handled after this time at most."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run_window(
    address: ServerAddress,
    *,
    insecure: bool = False,
    quit_wanted: Callable[[], bool] = lambda: False,
) -> int:
    """Show ``address`` until the window is closed, or ``quit_wanted``; return the exit code."""
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("camstrm")
    application.setApplicationDisplayName("camstrm")
    # The window says itself when it is closed; Qt's own way would quit a second time.
    application.setQuitOnLastWindowClosed(False)
    previous_handler = qInstallMessageHandler(_log_qt)
    client = StreamClient(address, network=Network(insecure=insecure))
    decoder = PictureDecoder()
    session = StreamSession(client, decoder)
    settings = load_settings()
    apply_appearance(application, settings)
    services = ViewerServices(settings=settings, texts=spoken_texts(settings))
    services.add_server(session, address.label, address)
    window = MainWindow(services)
    window.closed.connect(QCoreApplication.quit)
    # Qt's loop runs no Python while nothing happens; this lets a signal handler (of the
    # command line, not of this module) have its turn, and ends what it could not end yet.
    heartbeat = QTimer()
    heartbeat.timeout.connect(lambda: QCoreApplication.quit() if quit_wanted() else None)
    heartbeat.start(_SIGNAL_INTERVAL_MS)
    try:
        window.show()
        session.start()
        return application.exec()
    finally:
        heartbeat.stop()
        # A quit() outside the loop would end the process's next loop before it begins.
        window.closed.disconnect()
        window.close()
        session.close()
        for part in (window, services, session, decoder, client):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qInstallMessageHandler(previous_handler)


def drops_references() -> bool:
    """Return whether this PySide6 loses a reference to None with every call.

    The wheel of 6.12.0 does on Python 3.10 and 3.11, where None is counted like any other
    object: the interpreter aborts when the count is used up, some seconds after the start.
    """
    calls = 200
    probe = QObject()
    before = sys.getrefcount(None)
    for _ in range(calls):
        probe.setObjectName("")
    return before - sys.getrefcount(None) > calls // 2


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
