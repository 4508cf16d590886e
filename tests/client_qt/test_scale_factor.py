"""A screen with twice the pixels (QT_SCALE_FACTOR=2): in a process of its own, Qt reads it once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

application = QApplication([])
from client_qt.widgets.theme import apply_theme
from tests.client_qt.offline_viewer import OfflineViewer

apply_theme(application, "dark")
viewer = OfflineViewer()
viewer.window.resize(800, 600)
pixels = np.zeros((480, 640, 3), np.uint8)
pixels[:, ::2] = 255
viewer.picture(0, pixels)
application.processEvents()
view, grabbed = viewer.view(), viewer.window.grab()
assert grabbed.devicePixelRatio() == 2, grabbed.devicePixelRatio()
assert grabbed.width() == 2 * viewer.window.width()
stage = view._picture_area()
assert view.picture_pixels() == (2 * stage.width(), 2 * stage.height()), view.picture_pixels()
viewer.key("z")
assert view.viewport.scale == 0.5, "a pixel of the camera is one of the screen"
middle = stage.center().y()
sharp = view.grab().toImage()
row = {sharp.pixelColor(2 * stage.center().x() + n, 2 * middle).lightness() for n in range(8)}
assert max(row) > 220 and min(row) < 35, row
viewer.window.resize(1000, 700)
for panel in ("setup", "measure", "settings", "layouts", "events", "connection", "share"):
    viewer.window.dock.open(panel)
    application.processEvents()
    for part in viewer.window.dock.panel(panel).findChildren(QWidget):
        if not isinstance(part, (QAbstractButton, QLabel)):
            continue
        if part.isVisible() and part.text() and not getattr(part, "wordWrap", bool)():
            wanted = part.minimumSizeHint().height()
            assert part.height() >= wanted, (panel, part.text(), part.height(), wanted)
print("fine", flush=True)
viewer.close()
"""


def test_a_window_at_twice_the_resolution(tmp_path: Path) -> None:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "2",
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "fine" in ended.stdout, ended.stderr[-2000:]
