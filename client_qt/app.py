"""Entry of the viewer for the command line. Imports no Qt until a window is wanted."""

from __future__ import annotations

import os
import sys
import threading

from camstrm.client.address import parse_address
from camstrm.errors import UsageError

__all__ = ["quit_viewer", "run_viewer"]

_quit_wanted = threading.Event()
"""Set by a signal handler in the main thread, looked at by the same thread between steps."""

_INSTALL = f"{sys.executable} -m pip install '.[viewer]' (in camstrm's source folder)"


def run_viewer(
    *urls: str,
    token: str | None = None,
    insecure: bool = False,
    ca: str | None = None,
    proxy: str | None = None,
    kiosk: bool = False,
) -> int:
    """Show the cameras of the servers at ``urls`` until the window is closed.

    A URL is ``ws://server:8765``, the ``http://`` address that the server prints, a ``camstrm://``
    link or a host name; without one the person is asked. ``token`` wins over one in the URL.
    ``insecure`` accepts any certificate, ``ca`` is a file of certificates that are trusted, too.
    ``proxy``: "" for none, "system", or a URL; None: as the person's settings say. ``kiosk``: the
    pictures fill the screen, and nothing can be changed.
    Returns the process's exit code. Raises UsageError for an address that cannot be one,
    without PySide6, and without a display. Signals are the caller's: a handler that
    calls :func:`quit_viewer` ends this function, at its next step while it still starts.
    """
    if token is not None and len(urls) > 1:
        raise UsageError("one token for several servers; put ?token=... into each address instead")
    addresses = [parse_address(url, token) for url in urls]
    try:
        _require_display()
        import PySide6

        import client_qt.parts  # noqa: F401  # panels and tools register themselves
        from client_qt.connections.run_window import drops_references, run_window
    except ImportError as error:
        raise UsageError(_missing(error)) from None
    if drops_references():
        raise UsageError(
            f"PySide6 {PySide6.__version__} is broken on Python {sys.version_info.major}."
            f"{sys.version_info.minor}; install one that works with: {_INSTALL}, or use Python "
            "3.12 or later"
        )
    try:
        if _quit_wanted.is_set():
            return 0
        return run_window(
            addresses,
            insecure=insecure,
            authorities=ca,
            proxy=proxy,
            kiosk=kiosk,
            quit_wanted=_quit_wanted.is_set,
        )
    finally:
        _quit_wanted.clear()


def quit_viewer() -> None:
    """End :func:`run_viewer` with exit code 0; for a signal handler in the main thread.

    Raises nothing: a signal comes anywhere, also inside an import or a slot of Qt, where an
    exception would be printed and lost.
    """
    _quit_wanted.set()
    qt = sys.modules.get("PySide6.QtCore")
    # The attribute is missing while the module is being imported.
    thread = getattr(qt, "QThread", None)
    if qt is not None and thread is not None and thread.currentThread().loopLevel():
        qt.QCoreApplication.quit()


def _missing(error: ImportError) -> str:
    package = (error.name or "").split(".")[0]
    if package in ("PySide6", "shiboken6", "simplejpeg", "numpy"):
        return f"the viewer needs {package}, which is not installed; install it with: {_INSTALL}"
    return (
        f"PySide6 cannot be loaded ({error}); a system library is missing. On Debian and "
        "Ubuntu: sudo apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 "
        "libxcb-icccm4 libxcb-keysyms1"
    )


def _require_display() -> None:
    """Raise UsageError where no window can be opened: Qt would end the process with abort()."""
    elsewhere = "run it on a desktop, or open the server's page in a browser"
    names = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform == "linux" and not any(map(os.environ.get, names)):
        raise UsageError(
            f"no display for the viewer (DISPLAY and WAYLAND_DISPLAY are not set); {elsewhere}"
        )
    from PySide6.QtCore import QCoreApplication

    from client_qt.session.display_probe import no_window_because

    if QCoreApplication.instance() is None and (reason := no_window_because()):
        raise UsageError(f"no window can be opened here: {reason}; {elsewhere}")


def show_error(message: str) -> None:
    """Show why the viewer cannot start in a window, for a person who sees no terminal."""
    try:
        _require_display()
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QApplication, QMessageBox
    except (ImportError, UsageError):
        return
    application = QApplication.instance() or QApplication(sys.argv[:1])
    box = QMessageBox(QMessageBox.Icon.Warning, "camstrm", message)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
    del application
