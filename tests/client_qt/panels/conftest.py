"""A window with panels on a scripted server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QMimeDatabase
from PySide6.QtWidgets import QApplication

from tests.fakes.bridge.camera_answers import AnsweringServer
from tests.fakes.bridge.panel_desk import PanelDesk
from tests.fakes.bridge.viewer_server import WaitUntil

OpenDesk = Callable[..., PanelDesk]


@pytest.fixture
def open_desk(qapp: QApplication, wait_until: WaitUntil) -> Iterator[OpenDesk]:
    """Return a function that opens a window on a server (None: the usual one)."""
    opened: list[PanelDesk] = []

    def make(server: AnsweringServer | None = None, language: str = "en") -> PanelDesk:
        desk = PanelDesk(server or AnsweringServer(), wait_until, language)
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_desk: OpenDesk) -> PanelDesk:
    return open_desk()


@pytest.fixture(scope="session", autouse=True)
def known_file_types() -> None:
    """Have Qt open its list of file types, which a file dialog opens and Qt never closes."""
    QMimeDatabase().mimeTypeForName("text/plain")
