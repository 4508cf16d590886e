"""The Qt viewer as it is started by a person, and that person: ``python -m bench.soak.qt_child``.

Arguments: URL, token, seed. Lines of standard input: ``rest`` (no panel, all cameras), ``act``,
``report`` and ``stale`` (both answered by a line of JSON); its end closes the window.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from bench.measure import resident_bytes
from bench.soak.habits import RESTING_KEYS, Deed, deeds
from client_qt.app import quit_viewer, run_viewer
from client_qt.widgets.main_window import MainWindow
from tests.fakes.viewer_window import turn_wheel

_KEYS = {
    "Escape": Qt.Key.Key_Escape,
    "Enter": Qt.Key.Key_Return,
    "ArrowRight": Qt.Key.Key_Right,
    "ArrowLeft": Qt.Key.Key_Left,
    "PageUp": Qt.Key.Key_PageUp,
    "PageDown": Qt.Key.Key_PageDown,
    " ": Qt.Key.Key_Space,
}
_MOST_COMPLAINTS = 20


class Complaints(logging.Handler):
    """What Qt warns of, and every error: nothing that the viewer says to its user."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if record.levelno >= logging.ERROR or text.startswith("Qt: "):
            self.note(text)

    def note(self, text: str) -> None:
        """Keep it."""
        print(text, file=sys.stderr, flush=True)
        if len(self.lines) < _MOST_COMPLAINTS:
            self.lines.append(text)


class Person:
    """Does deeds with the window, from a timer, and answers what the parent asks."""

    def __init__(self, complaints: Complaints, seed: str) -> None:
        self._complaints = complaints
        self._deeds = deeds(random.Random(seed))
        self._shown: dict[int, int] = {}
        self._watched = False
        self._acts = False
        self._done = 0
        self._opened: set[str] = set()
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._act)
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self._input.activated.connect(self._ordered)
        self._begun = b""

    @property
    def window(self) -> MainWindow:
        """The viewer's window."""
        return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))

    def _ordered(self) -> None:
        data = os.read(sys.stdin.fileno(), 4096)
        if not data:
            self._input.setEnabled(False)
            quit_viewer()
            return
        *orders, self._begun = (self._begun + data).split(b"\n")
        for order in orders:
            {
                b"act": self._begin,
                b"rest": self._rest,
                b"report": self._report,
                b"stale": self._report_stale,
            }[order]()

    def _report_stale(self) -> None:
        """Say of each picture whether it is marked as old."""
        stale = [view.display.stale for view in self.window.views.values()]
        print(json.dumps(stale), flush=True)

    def _begin(self) -> None:
        self._acts = True
        self._timer.start(0)

    def _act(self) -> None:
        if not self._acts:
            return
        deed = next(self._deeds)
        self._do(deed)
        self._done += 1
        self._opened.update(self.window.dock.opened)
        self._timer.start(round(1000 * deed.pause_s))

    def _rest(self) -> None:
        self._acts = False
        self._timer.stop()
        services = self.window.services
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        for panel in self.window.dock.opened:
            self.window.dock.close_panel(panel)
        for key in RESTING_KEYS:
            self._do(Deed(key))
        for camera in services.cameras():
            services.choose(camera)
            known = services.camera(camera)
            if known is not None and known.frozen:
                self._do(Deed(" "))
            self._do(Deed("w"))

    def _do(self, deed: Deed) -> None:
        if deed.key:
            self.window.setFocus()
            key = _KEYS.get(deed.key)
            text = "" if key and deed.key != " " else deed.key
            code = key or Qt.Key(ord(deed.key.upper()))
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(
                    self.window, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text)
                )
            return
        views = [view for view in self.window.views.values() if view.isVisible()]
        if views:
            view = views[int(deed.at[0] * len(views)) % len(views)]
            self._wheel(view, deed)

    def _wheel(self, view: QWidget, deed: Deed) -> None:
        at = QPoint(round(view.width() * deed.at[0]), round(view.height() * deed.at[1]))
        turn_wheel(view, at, deed.wheel)

    def _count(self, camera: int, *_: object) -> None:
        self._shown[camera] = self._shown.get(camera, 0) + 1

    def _report(self) -> None:
        window = self.window
        if not self._watched:
            self._watched = True
            window.services.picture_ready.connect(self._count)
        gc.collect()
        objects = gc.get_objects()
        report: dict[str, Any] = {
            "shown": [self._shown.get(camera, 0) for camera in window.services.cameras()],
            "title": window.windowTitle(),
            "complaints": self._complaints.lines,
            "deeds": self._done,
            "opened": sorted(self._opened),
            "resident": resident_bytes(os.getpid()),
            "objects": len(objects),
            "types": dict(Counter(type(thing).__qualname__ for thing in objects)),
            "widgets": len(QApplication.allWidgets()),
            "threads": len(list(Path("/proc/self/task").iterdir())),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        }
        print(json.dumps(report), flush=True)


def main() -> int:
    """Run the viewer until standard input ends; return its exit code."""
    url, token, seed = sys.argv[1:]
    complaints = Complaints()
    logging.basicConfig(level=logging.INFO, handlers=[complaints])

    def fault(kind: type[BaseException], value: BaseException, trace: Any) -> None:
        sys.__excepthook__(kind, value, trace)
        complaints.note(f"{kind.__name__}: {value}")

    sys.excepthook = fault
    sys.unraisablehook = lambda u: fault(u.exc_type, u.exc_value or u.exc_type(), u.exc_traceback)
    application = QApplication(["camstrm-soak"])
    person = Person(complaints, seed)
    code = run_viewer(url, token=token)
    del person, application
    return code


if __name__ == "__main__":
    sys.exit(main())
