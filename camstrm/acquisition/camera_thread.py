"""A thread that works for one camera: its name says so, and so does each line that it logs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camstrm.log_lines import about_camera

__all__ = ["camera_thread"]


def camera_thread(
    doing: str, camera: str, serial: str, target: Callable[[], None]
) -> threading.Thread:
    """Return a thread, not started, named ``doing-camera``."""
    run = about_camera(camera, serial)(target)
    return threading.Thread(target=run, name=f"{doing}-{camera}")
