"""One window as a process: ``python -m bench.viewer WAY FPS WARM_UP_S SECONDS``.

Writes a line of JSON; ``{"missing": ...}`` where the viewer's packages are not installed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

_SETTLE_S = 10.0


def main() -> None:
    """Feed the window and report."""
    way, fps, warm_up_s, seconds = sys.argv[1], *map(float, sys.argv[2:])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from PySide6.QtWidgets import QApplication

        from bench.viewer.camstrm_window import CamstrmWindow
        from bench.viewer.feed import Feed
        from bench.viewer.plain_window import PlainWindow
        from bench.viewer.watch import Watch
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    from client_qt.widgets.theme import apply_theme

    application = QApplication(["camstrm-bench"])
    apply_theme(application)
    window: CamstrmWindow | PlainWindow
    window = CamstrmWindow() if way == "camstrm" else PlainWindow(thread=way == "thread")
    feed = Feed(window.deliver)
    feed.start(fps)
    _run(warm_up_s)
    watch, shown = Watch(window.views), window.counts()["shown"]
    _run(seconds)
    report: dict[str, Any] = watch.report()
    report["shown_per_s"] = (window.counts()["shown"] - shown) / seconds
    feed.stop()

    def settled() -> bool:
        counts = window.counts()
        return counts["shown"] + counts["dropped"] + counts["failed"] == feed.pictures

    _run(_SETTLE_S, settled)
    report |= window.counts()
    report["received"] = feed.pictures
    window.close()
    print(json.dumps(report), flush=True)


def _run(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Run Qt's loop and look at the condition now and then."""
    from PySide6.QtCore import QEventLoop, QTimer

    # Not the application's: its quit() closes all windows.
    loop, poll = QEventLoop(), QTimer()
    deadline = time.monotonic() + seconds
    poll.timeout.connect(lambda: loop.quit() if until() or time.monotonic() >= deadline else None)
    poll.start(50)
    loop.exec()
    poll.stop()


if __name__ == "__main__":
    main()
