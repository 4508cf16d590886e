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


def run_viewer(url: str, *, token: str | None = None, insecure: bool = False) -> int:
    """Show the cameras of the server at ``url`` until the window is closed.

    ``url`` is ``ws://server:8765``, the ``http://`` address that the server prints, or a
    host name; ``token`` wins over one in the URL. ``insecure`` accepts any certificate.
    Returns the process's exit code. Raises UsageError for an address that cannot be one,
    without PySide6, and without a display. Signals are the caller's: a handler that
    calls :func:`quit_viewer` ends this function, at its next step while it still starts.
    """
    address = parse_address(url, token)
    try:
        _require_display()
        import PySide6

        import client_qt.parts  # noqa: F401  # panels and tools register themselves
        from client_qt.widgets.run_window import drops_references, run_window
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
        return run_window(address, insecure=insecure, quit_wanted=_quit_wanted.is_set)
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
