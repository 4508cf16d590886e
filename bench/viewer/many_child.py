"""The Qt viewer on a server: ``python -m bench.viewer.many_child URL WARM_UP_S SECONDS
CAMERAS``.

Writes a line of JSON: pictures a second of each camera, their ages, and what Watch saw.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from bench.measure import percentile
from bench.viewer.__main__ import _run
from camstrm.wire import CameraFrame

_SIZE = (1600, 1000)
_LIVE_WITHIN_S = 60.0


class Seen:
    """Pictures that came to the screen, by camera: when they were taken, when shown."""

    def __init__(self) -> None:
        self.ages_ms: dict[int, list[float]] = {}

    def add(self, camera: int, frame: CameraFrame, _: object) -> None:
        """Note one; in the turn of the loop in which it is painted."""
        age_ms = time.time_ns() / 1e6 - frame.capture_time_us / 1e3
        self.ages_ms.setdefault(camera, []).append(age_ms)


def main() -> None:
    """Watch and report."""
    url, warm_up_s, seconds, count = sys.argv[1], *map(float, sys.argv[2:])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        print(json.dumps({"missing": f"not measured: {error}"}))
        return
    import client_qt.parts  # noqa: F401  # panels and tools register themselves
    from bench.viewer.watch import Watch
    from camstrm.client.address import parse_address
    from client_qt.session.client import StreamClient
    from client_qt.session.decoder import PictureDecoder
    from client_qt.session.session import StreamSession
    from client_qt.widgets.main_window import MainWindow
    from client_qt.widgets.services import ViewerServices
    from client_qt.widgets.theme import apply_theme

    application = QApplication(["camstrm-bench"])
    apply_theme(application)
    session = StreamSession(StreamClient(parse_address(url)), PictureDecoder())
    services = ViewerServices()
    services.add_server(session, "bench")
    window = MainWindow(services)
    window.resize(*_SIZE)
    seen = Seen()
    services.picture_ready.connect(seen.add)
    window.show()
    session.start()
    _run(_LIVE_WITHIN_S, lambda: len(seen.ages_ms) == count)
    _run(warm_up_s)
    seen.ages_ms.clear()
    watch, begin_s = Watch(list(window.views.values())), time.monotonic()
    _run(seconds)
    spent_s = time.monotonic() - begin_s
    report: dict[str, Any] = watch.report()
    ages = [age for given in seen.ages_ms.values() for age in given]
    report["rates"] = [len(given) / spent_s for _, given in sorted(seen.ages_ms.items())]
    report |= {"age_p50_ms": percentile(ages, 50), "age_p95_ms": percentile(ages, 95)}
    window.close()
    session.close()
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
