"""Qt without a display, and a check that a test leaves no thread, timer or window behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

pytest.importorskip("PySide6.QtWebSockets", reason="the viewer extra is not installed")

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QObject,
    QThread,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWebSockets import QWebSocket
from PySide6.QtWidgets import QApplication

from tests.leaks import Holdings

WaitUntil = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="session")
def application() -> QApplication:
    present = QApplication.instance()
    return present if isinstance(present, QApplication) else QApplication(["camstrm-tests"])


@pytest.fixture
def wait_until(application: QApplication) -> WaitUntil:
    """Return a function that runs Qt's loop until a condition holds, 30 s at most."""

    def wait(condition: Callable[[], object]) -> None:
        loop, poll = QEventLoop(), QTimer()
        deadline = time.monotonic() + 30
        poll.timeout.connect(
            lambda: loop.quit() if condition() or time.monotonic() > deadline else None
        )
        poll.start(1)
        loop.exec()
        poll.stop()
        assert condition(), "did not happen within 30 s"

    return wait


@pytest.fixture(autouse=True)
def leak_check(application: QApplication) -> Iterator[None]:
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
def nothing_left(application: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves something running, or whose slots raised or made Qt warn."""
    complaints: list[str] = []

    def note_exception(
        kind: type[BaseException], value: BaseException, trace: TracebackType | None
    ) -> None:
        complaints.append(f"exception in a slot: {value!r}")
        sys.__excepthook__(kind, value, trace)

    def note_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            return
        if "propagateSizeHints" not in message:  # what the offscreen plugin cannot do
            complaints.append(f"Qt: {message}")

    monkeypatch.setattr(sys, "excepthook", note_exception)
    threads = set(threading.enumerate())
    old_handler = qInstallMessageHandler(note_message)
    yield
    for _ in range(3):
        application.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qInstallMessageHandler(old_handler)
    complaints += [f"thread {t.name}" for t in threading.enumerate() if t not in threads]
    complaints += [f"window {w!r}" for w in application.topLevelWidgets() if w.isVisible()]
    complaints += [problem for w in shiboken6.getAllValidWrappers() if (problem := _running(w))]
    assert not complaints


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
