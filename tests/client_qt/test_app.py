from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from camstrm.errors import UsageError
from camstrm.wire import Hello
from client_qt import app
from client_qt.app import quit_viewer, run_viewer
from client_qt.connections import run_window
from client_qt.widgets.main_window import MainWindow
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer
from tests.fakes.pictures.viewer_pictures import bundle, jpeg, picture_frame


def when(condition: Callable[[], object], action: Callable[[], object]) -> QTimer:
    """Poll in the event loop that run_viewer starts."""
    timer = QTimer()

    def poll() -> None:
        if condition():
            timer.stop()
            action()

    timer.timeout.connect(poll)
    timer.start(2)
    return timer


def main_window(qapp: QApplication) -> MainWindow:
    (found,) = (w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow))
    return found


def test_runs_until_quit(qapp: QApplication) -> None:
    server = ViewerServer(hello=Hello("s1", cameras=THREE_CAMERAS))
    frame = picture_frame(0, jpeg(64, 48), 64, 48)
    sender = when(lambda: server.viewers, lambda: server.send_bundle(bundle(1, frame)))
    quitter = when(lambda: server.acks, quit_viewer)
    page = f"http://127.0.0.1:{server.port}/?token=abc"
    assert run_viewer(page) == 0
    assert server.acks == [1]
    assert not sender.isActive()
    assert not quitter.isActive()
    server.close()


def test_closing_the_window_ends_it(qapp: QApplication) -> None:
    server = ViewerServer(hello=Hello("s1"))
    closer = when(lambda: server.viewers, lambda: main_window(qapp).close())
    assert run_viewer(server.url) == 0
    assert not closer.isActive()
    server.close()


def test_bad_address_needs_no_window() -> None:
    with pytest.raises(UsageError, match="'ftp'"):
        run_viewer("ftp://server")


def test_quit_before_the_window_is_there_ends_it_before_it_is(qapp: QApplication) -> None:
    server = ViewerServer(hello=Hello("s1"))
    quit_viewer()
    assert run_viewer(server.url) == 0
    assert server.viewers == []
    quitter = when(lambda: server.viewers, quit_viewer)
    assert run_viewer(server.url) == 0, "the next one is not ended by it"
    assert not quitter.isActive()
    server.close()


def test_quit_while_the_window_is_made_ends_it(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def show(window: MainWindow) -> None:
        quit_viewer()

    monkeypatch.setattr(MainWindow, "show", show)
    assert run_viewer("ws://127.0.0.1:9") == 0


@pytest.mark.parametrize("missing", ["PySide6", "simplejpeg"])
def test_missing_package_is_named_with_the_command(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def refuse(name: str, *arguments: object, **options: object) -> object:
        if name.split(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return load(name, *arguments, **options)  # type: ignore[arg-type]  # passed through

    for name in [n for n in sys.modules if n.startswith(("client_qt.conn", "client_qt.session"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=rf"needs {missing}.*pip install '\.\[viewer\]'"):
        run_viewer("ws://server")


def test_missing_system_library_is_named() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file")
    assert "apt install libegl1" in app._missing(error)
    assert "libEGL.so.1" in app._missing(error)


def test_broken_pyside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not run_window.drops_references(), "this PySide6 should not be installed here"
    monkeypatch.setattr(run_window, "drops_references", lambda: True)
    with pytest.raises(UsageError, match="is broken on Python"):
        run_viewer("ws://server")


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 and Wayland can be missing")
def test_no_display_gives_a_message_instead_of_an_abort(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="no display"):
        run_viewer("ws://server")


def test_nothing_of_qt_stays_alive(qapp: QApplication) -> None:
    quitter = when(QThread.currentThread().loopLevel, quit_viewer)
    run_viewer("ws://127.0.0.1:9")
    assert qapp.topLevelWidgets() == []
    assert isinstance(quitter, QObject)


def test_a_link_shows_its_camera_by_itself(qapp: QApplication) -> None:
    server = ViewerServer(hello=Hello("s1", cameras=THREE_CAMERAS))
    singles: list[int | None] = []

    def look() -> bool:
        windows = [w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow)]
        singles[:] = [w.area.single for w in windows]
        return singles == [2]

    quitter = when(look, quit_viewer)
    assert run_viewer(f"camstrm://127.0.0.1:{server.port}/?camera=top&token=abc") == 0
    assert not quitter.isActive()
    server.close()


def test_a_file_without_certificates_needs_no_window(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"certificates .*none\.pem: No such file"):
        run_viewer("wss://server", ca=str(tmp_path / "none.pem"))


def test_what_is_no_proxy_needs_no_window() -> None:
    with pytest.raises(UsageError, match="proxy 'nonsense'"):
        run_viewer("ws://server", proxy="nonsense")
