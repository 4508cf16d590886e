"""Qt without a display; a test fails that leaves a thread, timer or window or makes Qt warn."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

pytest.importorskip(
    "PySide6.QtWebSockets", reason="the viewer extra is not installed", exc_type=ImportError
)

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QThread,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWebSockets import QWebSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes.bridge.viewer_server import WaitUntil
from tests.leaks import Holdings

HERE = Path(__file__).parent

NOT_OFFSCREEN = "propagateSizeHints"
"""What Qt warns of because its offscreen plugin cannot do it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(NOT_OFFSCREEN))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Fail a test at whose end Qt warns: pytest-qt looks at setup and call only."""
    complaints: list[str] = []

    def note(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not harmless and NOT_OFFSCREEN not in message:
            complaints.append(message)

    old_handler = qInstallMessageHandler(note)
    try:
        result = yield
    finally:
        qInstallMessageHandler(old_handler)
    if complaints:
        pytest.fail("Qt while the test ended:\n  " + "\n  ".join(complaints), pytrace=False)
    return result


@pytest.fixture
def wait_until(qtbot: QtBot) -> WaitUntil:
    """Return a function that runs Qt's loop until a condition holds, 30 s at most."""
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=30_000)


@pytest.fixture(autouse=True)
def nobodys_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a viewer that a test starts have settings of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def leak_check(qapp: QApplication) -> Iterator[None]:
    """Hold a test to what all tests are held to, but for the eventfds of Qt's own threads.

    Qt fills and scales larger areas in a thread pool that it starts on first use, ends
    after half a minute and gives nobody access to.
    """
    before = Holdings.now()
    yield
    leaks = [leak for leak in before.leaks() if "[eventfd]" not in leak]
    if leaks:
        pytest.fail("left behind by the test:\n  " + "\n  ".join(leaks), pytrace=False)


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves something of Qt running."""
    threads = set(threading.enumerate())
    yield
    for _ in range(3):
        qapp.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [f"thread {t.name}" for t in threading.enumerate() if t not in threads]
    left += [f"window {w!r}" for w in qapp.topLevelWidgets() if w.isVisible()]
    left += [problem for w in shiboken6.getAllValidWrappers() if (problem := _running(w))]
    assert not left


def _running(thing: object) -> str:
    if not isinstance(thing, QObject) or not shiboken6.isValid(thing):
        return ""
    if isinstance(thing, QTimer) and thing.isActive():
        return f"active QTimer of {thing.parent()!r}"
    if isinstance(thing, QThread) and thing.isRunning() and thing is not QThread.currentThread():
        return f"running QThread {thing!r}"
    if isinstance(thing, QWebSocket) and thing.isValid():
        return f"open QWebSocket {thing!r}"
    return ""
