"""Run the viewer's window in an event loop."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

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
from camstrm.errors import UsageError
from client_qt.connections.about_box import AboutBox
from client_qt.connections.desk import ConnectionDesk
from client_qt.connections.icon import window_icon
from client_qt.connections.servers import Connection, ServerConnections
from client_qt.session.network import Network, read_authorities
from client_qt.tools.snapshots import Snapshots
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.preferences import apply_appearance, load_settings, spoken_texts
from client_qt.widgets.services import ViewerServices, camera_number

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
    addresses: Sequence[ServerAddress],
    *,
    insecure: bool = False,
    authorities: str | None = None,
    proxy: str | None = None,
    kiosk: bool = False,
    quit_wanted: Callable[[], bool] = lambda: False,
) -> int:
    """Show the servers until the window is closed, or ``quit_wanted``; return the exit code.

    Without an address the person is asked for one. ``authorities``: file with certificates that
    are trusted, too; ``proxy``: as in Network, None: as the person's settings say. ``kiosk``: as in
    MainWindow.
    """
    trusted = () if authorities is None else read_authorities(authorities)
    if proxy is not None:
        Network(proxy=proxy)  # a mistake is one before there is a window
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("camstrm")
    application.setApplicationDisplayName("camstrm")
    application.setDesktopFileName("camstrm-viewer")
    application.setWindowIcon(window_icon())
    # The window says itself when it is closed; Qt's own way would quit a second time.
    application.setQuitOnLastWindowClosed(False)
    previous_handler = qInstallMessageHandler(_log_qt)
    settings = load_settings()
    apply_appearance(application, settings)
    services = ViewerServices(settings=settings, texts=spoken_texts(settings))
    proxy = settings.get("proxy", "", _is_proxy) if proxy is None else proxy
    network = Network(insecure=insecure, authorities=trusted, proxy=proxy)
    connections = ServerConnections(services, network)
    window = MainWindow(services, kiosk=kiosk)
    desk = ConnectionDesk(services, connections, window)
    services.actions.connect("about", lambda: AboutBox(services.texts, window).show())
    window.closed.connect(QCoreApplication.quit)
    # Qt's loop runs no Python while nothing happens; this lets a signal handler (of the
    # command line, not of this module) have its turn, and ends what it could not end yet.
    heartbeat = QTimer()
    heartbeat.timeout.connect(lambda: QCoreApplication.quit() if quit_wanted() else None)
    heartbeat.start(_SIGNAL_INTERVAL_MS)
    try:
        window.show()
        for address in addresses:
            connection = connections.open(address, at_once=True)
            if address.camera:
                _show_camera(connection, address.camera, connections, window)
        if not addresses:
            desk.ask()
        return application.exec()
    finally:
        heartbeat.stop()
        # A quit() outside the loop would end the process's next loop before it begins.
        window.closed.disconnect()
        window.close()
        connections.close_all()
        for keeper in services.findChildren(Snapshots):
            keeper.close()
        for part in (window, services):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qInstallMessageHandler(previous_handler)


def _show_camera(
    wanted: Connection, name: str, connections: ServerConnections, window: MainWindow
) -> None:
    """Show the camera that a link is for by itself, when its server has said which it has."""

    def show(connection: Connection) -> None:
        if connection is not wanted or connection.number is None:
            return
        for index, camera in connection.session.model.cameras.items():
            if camera.info.name == name:
                connections.answered.disconnect(show)
                number = camera_number(connection.number, index)
                window.services.choose(number)
                window.area.show_single(number)
                return

    connections.answered.connect(show)


def _is_proxy(text: str) -> bool:
    try:
        Network(proxy=text)
    except UsageError as error:
        _log.warning("the settings have no usable proxy: %s", error)
        return False
    return True


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
