"""A window that shows its three cameras."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.bridge.zoom_desk import Desk


@pytest.fixture
def desk(qapp: QApplication, wait_until: WaitUntil) -> Iterator[Desk]:
    desk = Desk()
    try:
        wait_until(lambda: len(desk.window.views) == 3)
        desk.send(wait_until, *desk.pictures())
        desk.window.refresh()
        qapp.processEvents()
        yield desk
    finally:
        desk.close()
