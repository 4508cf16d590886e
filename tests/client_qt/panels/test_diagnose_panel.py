"""Why is it missing: findings in the server's words, and a button that tries again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from camstrm.wire import CameraState
from camstrm.wire.operations import Finding
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE, Event, Events
from client_qt.panels.diagnose.diagnose_panel import DiagnosePanel
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.camera_answers import AnsweringServer
from tests.fakes.bridge.panel_desk import PanelDesk
from tests.fakes.pictures.viewer_pictures import BASE_US

UNPLUGGED = Finding("error", "lost: the camera is gone from the bus", "Look at its cable")


def diagnose_of(desk: PanelDesk) -> DiagnosePanel:
    panel = desk.open("diagnose")
    assert isinstance(panel, DiagnosePanel)
    desk.wait(lambda: panel.findings and panel.findings[-1].isVisible())
    return panel


def test_findings_are_asked_for_when_the_state_changes(desk: PanelDesk) -> None:
    panel = diagnose_of(desk)
    assert "it streams" in desk.texts(panel)
    asked = len(desk.server.said("diagnose"))
    desk.server.findings = (UNPLUGGED, Finding("note", "it was opened again 3 times"))
    desk.server.send_status()
    desk.settle()
    assert len(desk.server.said("diagnose")) == asked, "the state is the same"
    desk.server.camera_states[0] = CameraState.LOST
    desk.server.send_status()
    desk.wait(lambda: len(panel.findings) == 2)
    first = panel.findings[0]
    assert first.accessibleName() == f"Error: {UNPLUGGED.text}. {UNPLUGGED.remedy}"
    panel.copy.click()
    assert UNPLUGGED.text in QApplication.clipboard().text()
    assert "DA0001" in QApplication.clipboard().text()


def test_try_again_takes_the_lease_and_asks_anew(desk: PanelDesk) -> None:
    panel = diagnose_of(desk)
    asked = len(desk.server.said("diagnose"))
    panel.again.setFocus(Qt.FocusReason.TabFocusReason)
    desk.key(panel.again, Qt.Key.Key_Space)
    desk.wait(lambda: len(desk.server.said("diagnose")) > asked)
    changes = [do for _, do, _ in desk.server.done if do in ("lease", "reconnect")]
    assert changes == ["lease", "reconnect"]
    desk.wait(panel.again.isEnabled)


def test_who_may_only_look_is_told_why_the_button_is_off(open_desk: OpenDesk) -> None:
    desk = open_desk(AnsweringServer(role="view"))
    panel = diagnose_of(desk)
    desk.wait(lambda: panel.state.text() == desk.say("setup.lease.view"))
    assert not panel.again.isEnabled()
    assert panel.look.isEnabled()


def test_a_refused_attempt_says_why(desk: PanelDesk) -> None:
    panel = diagnose_of(desk)
    desk.server.refusals["reconnect"] = ("left is locked", "Ask an admin", "refused")
    panel.again.click()
    desk.wait(lambda: panel.problem.text() == "left is locked. Ask an admin")


def test_a_camera_process_that_is_gone_is_a_finding(desk: PanelDesk) -> None:
    desk.server.refusals["diagnose"] = ("the camera's process is gone", "It starts again", "gone")
    panel = diagnose_of(desk)
    assert panel.findings[0].finding.level == "error"
    assert "the camera's process is gone" in desk.texts(panel)


def test_nothing_is_asked_while_it_is_hidden(desk: PanelDesk) -> None:
    diagnose_of(desk)
    desk.window.dock.close_panel("diagnose")
    asked = len(desk.server.said("diagnose"))
    desk.server.camera_states[0] = CameraState.LOST
    desk.server.send_status()
    desk.wait(lambda: desk.services.camera(0).state == CameraState.LOST)  # type: ignore[union-attr]
    assert len(desk.server.said("diagnose")) == asked


def test_the_camera_s_last_events_are_below_the_findings(desk: PanelDesk) -> None:
    lost = [Event(n, BASE_US + n, "lost", "left", f"try {n}") for n in range(1, 10)]
    others = Event(10, BASE_US + 10, "lost", "right")
    back = Event(11, BASE_US + 11, "back", "left")
    desk.server.events = Events((*lost, others, back), 11)
    panel = diagnose_of(desk)
    desk.wait(lambda: panel.history.isVisible())
    lines = [line.text() for line in panel.history.lines]
    assert len(lines) == 8
    assert desk.say("events.back") in lines[0]
    assert "try 9" in lines[1]
    assert desk.say("diagnose.events") in desk.texts(panel)
    desk.services.choose(1)
    desk.wait(lambda: len(panel.history.lines) == 1)


def test_the_camera_s_last_events_are_found_behind_hundreds_of_others(desk: PanelDesk) -> None:
    count = 2 * MAX_EVENTS_AT_ONCE + 10
    events = [Event(n, BASE_US + n, "lost", "left", f"try {n}") for n in range(1, count + 1)]
    desk.server.events = Events(tuple(events), count)
    panel = diagnose_of(desk)
    desk.wait(lambda: panel.history.isVisible())
    assert f"try {count}" in panel.history.lines[0].text()
    assert len(panel.history.lines) == 8
