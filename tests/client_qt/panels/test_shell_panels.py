"""Panels about the viewer itself: connection, events, layouts, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox

import client_qt.parts  # noqa: F401  # panels register themselves
from camstrm.errors import CallError
from camstrm.wire import Status, ViewerStatus
from camstrm.wire.server_operations import Event, Events, ReadEvents
from client_qt.panels.connection import ConnectionPanel
from client_qt.panels.events import EventsPanel
from client_qt.panels.layouts import LayoutsPanel
from client_qt.panels.settings import SettingsPanel
from client_qt.widgets import theme
from client_qt.widgets.preferences import apply_appearance
from tests.client_qt.offline_viewer import OfflineViewer
from tests.fakes.pictures.viewer_pictures import BASE_US

LOST = Event(1, BASE_US, "lost", "left", "the camera is not on the bus")
BACK = Event(2, BASE_US + 5_000_000, "back", "left")
SET = Event(3, BASE_US + 9_000_000, "changed", "left", "", "kim", "ExposureTime", 2000.0, 1500.0)


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    yield viewer
    viewer.close()


def opened(viewer: OfflineViewer, panel_id: str) -> object:
    viewer.services.actions.run(panel_id)
    assert viewer.window.dock.current == panel_id
    return viewer.window.dock.panel(panel_id)


def test_connection_figures(viewer: OfflineViewer) -> None:
    me = ViewerStatus(
        *(7, 900, 5),
        in_flight=1,
        name="kim",
        role="control",
        window=2,
        round_trip_us=2300,
        skips={"slow link": 4, "of a later server": 1},
    )
    viewer.session._on_status(Status(BASE_US, viewers=3, viewer=me))
    panel = opened(viewer, "connection")
    assert isinstance(panel, ConnectionPanel)
    said = {name: label.text() for name, label in panel.values.items()}
    assert said["server"] == "server:8765"
    assert said["round_trip"] == "2.3 ms"
    assert said["window"] == "1 of at most 2"
    assert said["skipped"] == "5 (slow link: 4, of a later server: 1)"
    assert (said["viewers"], said["me"]) == ("3", "kim \u00b7 control")
    assert panel._timer.isActive()
    viewer.services.actions.run("connection")
    assert not panel._timer.isActive(), "nothing is measured while nobody looks"


def test_the_switch_for_a_slow_connection_asks_for_few_small_pictures(
    viewer: OfflineViewer,
) -> None:
    asked: list[tuple[int, float | None]] = []

    def want(cameras: object, views: object = (), *, max_fps: float | None = None) -> None:
        assert isinstance(views, list)
        asked.append((len(views), max_fps))

    viewer.session.want = want  # type: ignore[method-assign]
    hello = viewer.session.model.hello
    assert hello is not None
    panel = opened(viewer, "connection")
    assert isinstance(panel, ConnectionPanel)
    panel.low.click()
    panel_asked = asked[-1]
    assert panel_asked == (0, 5.0), "a server without views: fewer pictures only"
    panel.low.click()
    assert asked[-1:] == [(0, None)]
    assert not viewer.services.settings.get("low_bandwidth", True)


def test_events_are_followed_while_they_are_seen(viewer: OfflineViewer) -> None:
    panel = opened(viewer, "events")
    assert isinstance(panel, EventsPanel)
    (_, do, arguments, answer) = viewer.calls.pop()
    assert (do, arguments) == ("events", ReadEvents(after=0))
    assert lines(panel) == ["No events yet."]
    answer(Events((LOST, BACK, SET), 3))
    assert [line.split("  ", 1)[1] for line in lines(panel)] == [
        "left ExposureTime: 2000 \u2192 1500 by kim",
        "left back",
        "left lost \u00b7 the camera is not on the bus",
    ]
    QApplication.processEvents()
    (_, _, arguments, answer) = viewer.calls.pop()
    assert arguments == ReadEvents(after=3)
    answer(CallError("there is no connection to the server", "wait", code="gone"))
    assert "there is no connection to the server" in panel.problem.text()
    viewer.services.actions.run("events")
    assert not panel.isVisible()
    QApplication.processEvents()
    assert viewer.calls == []


def test_events_of_a_server_that_comes_while_they_are_seen(viewer: OfflineViewer) -> None:
    panel = opened(viewer, "events")
    assert isinstance(panel, EventsPanel)
    (_, _, _, answer) = viewer.calls.pop()
    other = OfflineViewer()
    gone = CallError("the other server is gone", "wait", code="gone")
    try:
        asked: list[str] = []

        def refuse(_camera: int, do: str, _arguments: object, answer: Callable[..., None]) -> None:
            asked.append(do)
            answer(gone)

        other.session.call = refuse  # type: ignore[method-assign,assignment]
        server = viewer.services.add_server(other.session, "second:8765")
        assert asked == ["events"]
        answer(Events((LOST,), 1))
        assert "the other server is gone" in panel.problem.text()
        assert not panel.problem.isHidden(), "the first one's answer says nothing of the other"
        QApplication.processEvents()
        viewer.calls.clear()
        viewer.services.remove_server(server.number)
        assert viewer.calls == [], "the first one has been asked already"
        assert panel.problem.isHidden()
    finally:
        other.close()


def test_events_are_searched_and_copied(viewer: OfflineViewer) -> None:
    viewer.answers["events"] = lambda _camera, _arguments: Events()
    panel = opened(viewer, "events")
    assert isinstance(panel, EventsPanel)
    panel._logs[0].add(Events((LOST, BACK, SET), 3))
    panel.words.setText("exposure KIM")
    assert len(lines(panel)) == 1
    panel.words.clear()
    panel.filter.setCurrentIndex(1)
    assert [line.split("  ", 1)[1].split()[1] for line in lines(panel)] == ["back", "lost"]
    panel.list.selectAll()
    QTest.keyClick(panel.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == lines(panel)
    viewer.services.actions.run("events")


def test_layouts_have_names(viewer: OfflineViewer) -> None:
    settings, panel = viewer.services.settings, opened(viewer, "layouts")
    assert isinstance(panel, LayoutsPanel)
    panel.modes["large"].click()
    settings.set("order", ["오른쪽", "left"])
    panel.name.setText("wall")
    QTest.keyClick(panel.name, Qt.Key.Key_Return)
    panel.modes["grid"].click()
    settings.set("order", [])
    assert list(viewer.window.views) == [0, 1]
    panel.list.itemActivated.emit(panel.list.item(0))
    assert settings.get("layout.mode", "") == "large"
    assert list(viewer.window.views) == [1, 0]
    panel.list.setCurrentRow(0)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert settings.get("layouts", [1]) == []


@pytest.mark.parametrize("broken", [[1, None, {}], [{"name": 7}], [{"name": "", "mode": "grid"}]])
def test_layouts_that_cannot_be_read_are_none(viewer: OfflineViewer, broken: list[object]) -> None:
    viewer.services.settings.set("layouts", broken)
    viewer.services.settings.set("order", [3, {}, "오른쪽"])
    viewer.services.settings.set("layout.mode", "spiral")
    panel = opened(viewer, "layouts")
    assert isinstance(panel, LayoutsPanel)
    assert [panel.list.item(i).text() for i in range(panel.list.count())] == ["None yet."]
    assert list(viewer.window.views) == [0, 1] or list(viewer.window.views) == [1, 0]


def test_settings_change_the_appearance_at_once(viewer: OfflineViewer, qapp: QApplication) -> None:
    panel = opened(viewer, "settings")
    assert isinstance(panel, SettingsPanel)
    box = panel.findChild(QComboBox, "theme")
    contrast = panel.findChild(QComboBox, "contrast")
    assert box is not None
    assert contrast is not None
    try:
        box.setCurrentIndex(box.findData("light"))
        assert theme.TEXT.lightness() < 60 < 200 < theme.HEADER.lightness()
        contrast.setCurrentIndex(contrast.findData("more"))
        assert theme.DIM_TEXT == theme.TEXT
        box.setCurrentIndex(box.findData("dark"))
        assert theme.HEADER.lightness() < 60 < 200 < theme.TEXT.lightness()
    finally:
        viewer.services.settings.set("theme", None)
        viewer.services.settings.set("contrast", None)
        apply_appearance(qapp, viewer.services.settings)
    info = panel.findChild(QCheckBox, "info")
    assert info is not None
    info.click()
    assert viewer.view().figures_shown


def lines(panel: EventsPanel) -> list[str]:
    return [panel.list.item(i).text() for i in range(panel.list.count())]
