"""What the window says and to whom, and what it never does with a server's text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget

from camstrm.viewing.keys import viewer_actions
from camstrm.wire import CameraInfo, CameraState, CameraStatus, Status, ViewerStatus
from client_qt.model.settings import Settings
from client_qt.widgets.key_list import KeyList
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.plain_tip import plain_tip
from client_qt.widgets.services import ViewerServices, camera_number, server_and_index
from client_qt.widgets.window_place import usual_size
from tests.client_qt.offline_viewer import OfflineViewer
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, state_frame


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    yield viewer
    viewer.close()


@pytest.fixture
def make_viewer(qapp: QApplication) -> Iterator[Callable[..., OfflineViewer]]:
    made: list[OfflineViewer] = []

    def make(**wanted: Any) -> OfflineViewer:
        made.append(OfflineViewer(**wanted))
        return made[-1]

    yield make
    for viewer in made:
        viewer.close()


def lose(viewer: OfflineViewer, camera: int, reason: str = "cable unplugged") -> None:
    model, now = viewer.session.model, viewer.clock()
    states = dict.fromkeys(model.cameras, CameraState.STREAMING) | {camera: CameraState.LOST}
    model.receive_bundle(bundle(2, *(state_frame(i, s) for i, s in states.items())), 10, now)
    status = CameraStatus(camera, CameraState.LOST, BASE_US, reason)
    viewer.session._on_status(Status(BASE_US, cameras=(status,), viewer=ViewerStatus(1)))


def test_a_lost_camera_is_said_once_to_everybody(viewer: OfflineViewer) -> None:
    said: list[tuple[str, bool]] = []
    viewer.services.announced.connect(lambda text, urgent: said.append((text, urgent)))
    for camera in (0, 1):
        viewer.picture(camera)
    viewer.window.refresh()
    assert viewer.window.windowTitle() == "(2/2) server:8765 - camstrm"
    lose(viewer, 0)
    viewer.window.refresh()
    viewer.window.refresh()
    assert said == [("left: no pictures", True)]
    assert viewer.window.windowTitle() == "(1/2) server:8765 - camstrm"
    strip = viewer.window.bar.strip
    assert strip.text().startswith("left: lost since")
    assert strip.accessibleName() == strip.text()
    viewer.picture(0, us=100_000)
    viewer.window.refresh()
    assert said[1:] == [("left: pictures are back", False)]


def test_the_sound_is_the_person_s_choice(
    viewer: OfflineViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    beeps: list[int] = []
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(1))
    for sound in (False, True):
        viewer.services.settings.set("sound", sound)
        viewer.picture(0, us=1000 * sound)
        viewer.window.refresh()
        lose(viewer, 0)
        viewer.window.refresh()
        assert len(beeps) == sound


def test_assistive_technology_finds_pictures_with_name_state_and_reason(
    viewer: OfflineViewer,
) -> None:
    viewer.picture(0)
    lose(viewer, 0)
    viewer.window.refresh()
    found = QAccessible.queryAccessibleInterface(viewer.view())
    assert found.role() is QAccessible.Role.Graphic
    assert found.text(QAccessible.Text.Name) == "left"
    assert found.text(QAccessible.Text.Description).endswith("cable unplugged")
    assert found.text(QAccessible.Text.Value).startswith("lost")
    names = {action.text().split("\t")[0] for action in viewer.window.actions()}
    assert {"One camera, or all", "List of keys"} <= names


def test_every_label_and_field_of_the_window_has_a_name_or_a_text(viewer: OfflineViewer) -> None:
    for label in viewer.window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label
    for button in viewer.window.findChildren(QPushButton):
        assert button.text() or button.accessibleName()


NAME = "<img src='file://{file}'>"


def test_a_server_s_text_is_never_taken_for_html(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(b"")
    name = NAME.format(file=file)
    viewer = OfflineViewer(cameras=(CameraInfo(0, name, name, name, name),))
    try:
        lose(viewer, 0, f"<b>{name}</b>")
        viewer.services.hint(0, name)
        viewer.window.note(name)
        viewer.services.settings.set("info", True)
        viewer.window.refresh()
        viewer.view().details_wanted.emit()
        for widget in all_widgets(viewer.window):
            if isinstance(widget, QLabel):
                assert widget.textFormat() is Qt.TextFormat.PlainText
            assert "<img" not in widget.toolTip(), widget
            if isinstance(widget, QPlainTextEdit):
                assert widget.toPlainText().startswith(name)
                widget.window().close()
        for action in viewer.window.actions():
            assert "<" not in action.text().replace("\t<", "")
    finally:
        viewer.close()


def test_a_tooltip_shows_signs_of_html_as_they_are() -> None:
    document = QTextDocument()
    document.setHtml(plain_tip("<img src='file:///etc/passwd'> a & b\nc"))
    assert (
        document.toPlainText().replace("\u2028", "\n") == "<img src='file:///etc/passwd'> a & b\nc"
    )
    assert plain_tip("") == ""


def all_widgets(window: QWidget) -> list[QWidget]:
    return [window, *window.findChildren(QWidget)]


def test_the_details_of_a_camera_can_be_copied(viewer: OfflineViewer) -> None:
    viewer.picture(0)
    lose(viewer, 0)
    viewer.window.refresh()
    viewer.view().details_wanted.emit()
    (field,) = viewer.window.findChildren(QPlainTextEdit)
    text = field.toPlainText()
    assert text.startswith("left\nlost since")
    assert "camera: Hikrobot MV-CA003-21UC DA0001" in text
    (copy,) = (b for b in field.window().findChildren(QPushButton) if b.text() == "Copy all")
    copy.click()
    assert QGuiApplication.clipboard().text() == text
    field.window().close()


def test_the_list_of_keys_has_each_action_that_can_be_done(viewer: OfflineViewer) -> None:
    viewer.key("?")
    (shown,) = viewer.window.findChildren(KeyList)
    texts = [label.text() for label in shown.findChildren(QLabel)]
    actions = viewer.services.actions
    for action in viewer_actions():
        if action.keys and action.only != "page" and actions.connected(action.id):
            assert actions.name(action.id) in texts
            assert actions.keys_of(action.id) in texts
    QTest.keyClicks(shown, "?")
    assert not shown.isVisible()


def test_menus_have_what_can_be_done_with_keys(viewer: OfflineViewer) -> None:
    menus = [action.text() for action in viewer.window.bar.menus.actions()]
    assert menus == ["&Cameras", "&Picture", "&Tools", "P&anels", "&Window"]
    single = viewer.services.actions["single"]
    assert single.text() == "One camera, or all\tEnter"
    single.trigger()
    assert viewer.window.area.single == 0
    assert single.isChecked()


def test_korean_letters_of_caps_lock_do_the_same(viewer: OfflineViewer) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_I)
    assert viewer.services.settings.get("info", False)
    QTest.keyClick(viewer.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert viewer.services.settings.get("info", False), "not with ctrl"


@pytest.mark.parametrize("size", [(1366, 728), (960, 560), (800, 800), (3840, 2100)])
def test_a_window_that_was_never_placed_fits_the_screen(size: tuple[int, int]) -> None:
    wanted = usual_size(QRect(0, 0, *size))
    assert wanted.width() <= 0.95 * size[0]
    assert wanted.height() <= 0.95 * size[1]
    assert wanted.boundedTo(QSize(1440, 900)) == wanted


@pytest.mark.parametrize("kept", ["", "zz", "00ff", "x" * 5000, "é"])
def test_a_place_that_cannot_be_read_is_none(qapp: QApplication, kept: str) -> None:
    settings = Settings()
    settings.set("window.geometry", kept)
    viewer = OfflineViewer(settings=settings)
    screen = viewer.window.screen().availableGeometry()
    viewer.window.resize(1, 1)
    assert viewer.window.minimumSizeHint().width() < screen.width()
    viewer.close()
    assert len(settings.get("window.geometry", "")) > 20, "the place is remembered"


def test_settings_that_were_put_aside_are_said(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("{broken")
    viewer = OfflineViewer(settings=Settings(file))
    try:
        assert "renamed to settings.json.unreadable" in viewer.window.bar.note.text()
        viewer.clock.now += 30
        viewer.window.refresh()
        assert viewer.window.bar.note.isHidden()
    finally:
        viewer.close()


def test_several_servers_in_one_window(qapp: QApplication, viewer: OfflineViewer) -> None:
    other = OfflineViewer(cameras=(CameraInfo(0, "left"), CameraInfo(4, "top")))
    services = viewer.services
    server = services.add_server(other.session, "second:8765")
    try:
        assert services.cameras() == [0, 1, camera_number(1, 0), camera_number(1, 4)]
        assert server_and_index(camera_number(1, 4)) == (1, 4)
        assert services.order() == ["server:8765/left", "오른쪽", "second:8765/left", "top"]
        viewer.window.refresh()
        assert viewer.window.windowTitle().endswith("server:8765, second:8765 - camstrm")
        called: list[int] = []
        other.session.call = lambda camera, *_: called.append(camera)  # type: ignore[method-assign]
        services.call(camera_number(1, 4), "values", None, lambda _answer: None)
        assert called == [4]
        services.choose(camera_number(1, 4))
        services.remove_server(server.number)
        assert list(viewer.window.views) == [0, 1]
        assert services.chosen == 0
        answers: list[object] = []
        services.call(camera_number(1, 4), "values", None, answers.append)
        assert "was closed" in str(answers[0])
    finally:
        other.close()


def test_a_window_without_a_server_says_so(qapp: QApplication) -> None:
    services = ViewerServices()
    window = MainWindow(services)
    window.show()
    assert window.windowTitle() == "camstrm"
    assert window.views == {}
    window.close()
    for part in (window, services):
        assert isinstance(part, QObject)
        part.deleteLater()


def test_the_panels_that_were_open_are_open_at_the_next_start(
    make_viewer: Callable[..., OfflineViewer], tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    first = make_viewer(settings=Settings(file))
    assert first.window.dock.isHidden()
    for panel in ("connection", "layouts", "settings"):
        first.window.dock.open(panel)
    first.window.dock.close_panel("layouts")
    first.window.dock.open("connection")
    first.window.close()
    second = make_viewer(settings=Settings(file))
    assert second.window.dock.opened == ["connection", "settings"]
    assert second.window.dock.current == "connection"
    assert not second.window.dock.has_focus(), "keys are for the pictures"
    second.window.dock.close_panel("connection")
    second.window.dock.close_panel("settings")
    second.window.close()
    third = make_viewer(settings=Settings(file))
    assert third.window.dock.isHidden()


def test_names_of_panels_in_a_file_are_not_believed(
    make_viewer: Callable[..., OfflineViewer],
) -> None:
    settings = Settings()
    settings.set("panels.open", ["nonsense", 7, "events", "events", None])
    settings.set("panels.top", "nonsense")
    settings.set("panels.width", 100_000)
    viewer = make_viewer(settings=settings)
    assert viewer.window.dock.opened == ["events"]


def test_an_empty_window_says_what_to_do(make_viewer: Callable[..., OfflineViewer]) -> None:
    viewer = make_viewer(cameras=())
    area, say, model = viewer.window.area, viewer.services.say, viewer.session.model

    def shown() -> str:
        viewer.window.refresh()
        assert area._empty.isVisible()
        return area._empty.text()

    assert shown() == say("shell.empty_no_cameras")
    viewer.session._on_status(Status(BASE_US, input="none", viewer=ViewerStatus(1)))
    assert shown() == say("shell.empty_no_grabber")
    model.connection_lost("the server closed the connection", 3.0, viewer.clock())
    assert shown() == f"{say('shell.empty_server')}\nthe server closed the connection"
