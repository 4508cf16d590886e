"""No panel takes a server's text for HTML: a file that it points to is never opened."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from camstrm.feature import FeatureEntry, FeatureInfo, FeatureState, FeatureValue
from camstrm.wire import CameraInfo, CameraState
from camstrm.wire.operations import Finding
from camstrm.wire.server_operations import Event, Events, Share, Shares
from client_qt.widgets.panel import panel_makers
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.camera_answers import AnsweringServer, camera_features
from tests.fakes.bridge.panel_desk import PanelDesk
from tests.fakes.pictures.viewer_pictures import BASE_US

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify")

_IN_OPEN = 0x20
_SIGNS = set("\x1b\x07\u202e\u2066")


SAY_IT_IN_LABELS = ("setup", "features", "sets", "diagnose", "share")
"""Panels that show a server's text in labels: the test waits until it is there."""


class Bait:
    """A picture that nobody is to open; :meth:`was_opened` says whether somebody has."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "b.png"
        image = QImage(QSize(4, 4), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        assert image.save(str(self.path))
        libc = ctypes.CDLL(None, use_errno=True)
        self._notify = libc.inotify_init1(os.O_NONBLOCK)
        assert self._notify >= 0
        assert libc.inotify_add_watch(self._notify, os.fsencode(self.path), _IN_OPEN) >= 0

    @property
    def html(self) -> str:
        return f"<img src='file://{self.path}'>"

    def was_opened(self) -> bool:
        """Return whether somebody has opened it since the last call."""
        try:
            return bool(os.read(self._notify, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._notify)


@pytest.fixture
def bait(tmp_path: Path, qapp: QApplication) -> Iterator[Bait]:
    bait = Bait(tmp_path)
    yield bait
    bait.close()


def hostile_server(text: str) -> AnsweringServer:
    """Return a server that has ``text`` wherever a server can have text."""
    kinds_of_features: tuple[tuple[str, FeatureValue | None], ...] = (
        *(("string", text), ("enumeration", text), ("integer", 7), ("command", None)),
    )
    server = AnsweringServer(
        {
            **camera_features(),
            **{
                f"{text}{number}": (
                    FeatureInfo(
                        f"{text}{number}",
                        kind,
                        (text,),
                        text,
                        text,
                        text,
                        unit=text,
                        entries=(FeatureEntry(text, text), FeatureEntry("Off")),
                    ),
                    FeatureState("RO", value, locked_by=text, problem=text, differs=True),
                )
                for number, (kind, value) in enumerate(kinds_of_features)
            },
        },
        cameras=tuple(CameraInfo(n, f"{text[:200]}{n}", text, text, text) for n in range(3)),
    )
    server.findings = tuple(Finding(level, text, text) for level in ("error", "warning", "ok"))
    kinds = ("lost", "changed", text)
    server.events = Events(
        tuple(
            Event(n + 1, BASE_US, kind, f"{text[:200]}0", text, text, text, text, text)
            for n, kind in enumerate(kinds)
        ),
        len(kinds),
    )
    server.refusals["measure"] = (text, text, "gone")
    share = Share("1", BASE_US, BASE_US, (text,), text, text)
    server._shares = lambda _call, _arguments: Shares((share,))  # type: ignore[method-assign]
    return server


def says(desk: PanelDesk, panel: QWidget, words: str) -> bool:
    return any(words in said for said in desk.texts(panel))


def touch_everything(widget: QWidget) -> None:
    """Have all that a widget may show drawn, tooltips too."""
    for part in (widget, *widget.findChildren(QWidget)):
        if part.toolTip():
            # As Qt shows a tooltip: in a label that takes for HTML what looks like it.
            tip = QLabel(part.toolTip())
            tip.grab()
            tip.deleteLater()
    widget.grab()


def test_the_bait_notices_html(bait: Bait) -> None:
    label = QLabel(bait.html)
    label.grab()
    assert bait.was_opened(), "else this file proves nothing"
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.grab()
    assert not bait.was_opened()
    label.deleteLater()


def test_no_panel_opens_a_file_that_a_server_names(open_desk: OpenDesk, bait: Bait) -> None:
    text = bait.html + "\x1b[2J\u202egpj"
    desk = open_desk(hostile_server(text))
    desk.server.camera_states[0] = CameraState.LOST
    desk.server.send_status()
    desk.server.give_lease(0, text[:200], 9, asked_by=text[:200])
    for panel_id in panel_makers():
        panel = desk.open(panel_id)
        desk.wait(panel.isVisible)
        if panel_id in SAY_IT_IN_LABELS:
            desk.wait(partial(says, desk, panel, "<img"))
        for _ in range(3):
            desk.settle()
        touch_everything(desk.window)
        assert not bait.was_opened(), panel_id
        shown = "".join(desk.texts(panel))
        assert not set(shown) & _SIGNS, panel_id
    desk.services.hint(0, text)
    desk.window.refresh()
    touch_everything(desk.window)
    assert not bait.was_opened()
