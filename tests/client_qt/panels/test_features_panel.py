"""All features: found while typing, chosen by keyboard, and only watched where they are seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from camstrm.feature import FeatureState
from client_qt.panels.features.features_panel import FeaturesPanel
from client_qt.panels.features.tree_model import Cell
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.camera_answers import AnsweringServer, many_features
from tests.fakes.bridge.panel_desk import PanelDesk


def features_of(desk: PanelDesk) -> FeaturesPanel:
    panel = desk.open("features")
    assert isinstance(panel, FeaturesPanel)
    desk.wait(lambda: panel.model.shown and panel.tree.isVisible() and panel.desk.states)
    return panel


def test_typing_finds_and_the_keyboard_leads_to_the_editor(desk: PanelDesk) -> None:
    panel = features_of(desk)
    assert panel.search.hasFocus(), "who opens it wants to look for something"
    QTest.keyClicks(panel.search, "exposrue")
    assert list(panel.model.shown) == ["ExposureTime", "ExposureAuto"]
    desk.key(panel.search, Qt.Key.Key_Down)
    assert panel.tree.hasFocus()
    desk.wait(panel.details.isVisible)
    assert panel.details.title.text() == "Exposure Time (ExposureTime)"
    desk.wait(lambda: panel.details.editor and panel.details.editor.control.isVisible())
    desk.key(panel.tree, Qt.Key.Key_Return)
    assert panel.details.editor is not None
    field = panel.details.editor.control
    assert field.hasFocus()
    desk.type(field, "900")
    desk.wait(lambda: desk.server.said("set"))
    assert desk.server.said("set")[0].value == 900.0
    desk.key(field, Qt.Key.Key_Escape)


def test_levels_hide_what_is_seldom_needed_and_say_how_many(desk: PanelDesk) -> None:
    panel = features_of(desk)
    assert "TriggerMode" not in panel.model.shown
    assert panel.more.text() == desk.say("features.hidden", count=3)
    panel.more.click()
    assert "TriggerMode" in panel.model.shown
    assert "LUTValueAll" not in panel.model.shown
    assert desk.services.settings.get("features.level", "") == "Expert"
    panel.more.click()
    assert "LUTValueAll" in panel.model.shown
    assert not panel.more.isVisible()


def test_favourites_and_what_was_changed(desk: PanelDesk) -> None:
    panel = features_of(desk)
    panel.only.wished.emit("favourites")
    assert not panel.model.shown
    assert panel.situation.text() == desk.say("features.no_favourites")
    panel.only.wished.emit("all")
    panel.choose("Gain")
    panel.details.star.click()
    assert desk.services.settings.get("features.favourites", [""]) == ["Gain"]
    panel.only.wished.emit("favourites")
    assert list(panel.model.shown) == ["Gain"]
    panel.only.wished.emit("changed")
    assert not panel.model.shown
    panel.desk.set("BlackLevel", 9.0)
    desk.wait(lambda: list(panel.model.shown) == ["BlackLevel"])


def test_a_lock_says_what_locks_and_leads_there(desk: PanelDesk) -> None:
    desk.server.states["ExposureAuto"] = FeatureState("RW", "Continuous", entries=("Off",))
    desk.server.states["ExposureTime"] = FeatureState(
        "RO", 1500.0, 15.0, 1e6, locked_by="ExposureAuto is Continuous"
    )
    panel = features_of(desk)
    panel.choose("ExposureTime")
    locked = desk.say("features.locked", reason="ExposureAuto is Continuous")
    desk.wait(lambda: panel.details.locked.text() == locked)
    set_it, show_it = panel.details.unlocks
    assert set_it.text() == desk.say("features.unlock", feature="ExposureAuto", value="Off")
    set_it.click()
    desk.wait(lambda: [(a.feature, a.value) for a in desk.server.said("set")])
    assert [(a.feature, a.value) for a in desk.server.said("set")] == [("ExposureAuto", "Off")]
    show_it.click()
    assert panel.details.title.text() == "ExposureAuto"


def test_a_thousand_features_cost_what_is_seen(open_desk: OpenDesk) -> None:
    desk = open_desk(AnsweringServer(many_features(1000)))
    panel = features_of(desk)
    panel._set_level("Guru")
    assert len(panel.model.shown) == 1000
    desk.settle()
    asked: list[str] = []
    cell = panel.model._cell

    def note(name: str) -> Cell:
        asked.append(name)
        return cell(name)

    panel.model._cell = note
    QTest.keyClicks(panel.search, "makers")
    desk.settle()
    rows = panel.tree.viewport().height() // panel.tree.sizeHintForRow(0) + 2
    assert len(set(asked)) <= 3 * rows, "of each list that was shown only what was seen"
    panel.search.clear()
    panel.tree.scrollToBottom()
    desk.wait(lambda: panel.tree.seen()[-1].data() == "MakersOwnFeature966")
    desk.wait(lambda: panel.desk.states.get("MakersOwnFeature966"))
    watched = [len(a.features) for a in desk.server.said("watch")]
    assert max(watched) <= rows + 1
    assert "MakersOwnFeature500" not in panel.desk.states


def test_every_type_has_an_editor(desk: PanelDesk) -> None:
    panel = features_of(desk)
    panel._set_level("Guru")
    for name in desk.server.infos:
        panel.choose(name)
        desk.settle()
        editor = panel.details.editor
        assert editor is not None
        assert editor.control.accessibleName(), name
    panel.choose("AcquisitionFrameRateEnable")
    desk.wait(lambda: panel.details.editor.control.isEnabled())  # type: ignore[union-attr]
    assert panel.details.editor is not None
    panel.details.editor.control.setFocus()
    desk.key(panel.details.editor.control, Qt.Key.Key_Space)
    desk.wait(lambda: desk.server.said("set"))
    assert desk.server.said("set")[0].value is False
    panel.choose("DeviceUserID")
    desk.wait(lambda: panel.details.editor.control.text() == "line 1")  # type: ignore[union-attr]
    desk.type(panel.details.editor.control, "line 2")
    desk.wait(lambda: len(desk.server.said("set")) == 2)
    assert desk.server.said("set")[1].value == "line 2"
    panel.choose("UserSetLoad")
    desk.wait(lambda: panel.details.editor.control.isEnabled())  # type: ignore[union-attr]
    desk.key(panel.details.editor.control, Qt.Key.Key_Space)
    desk.wait(lambda: desk.server.said("execute"))


def test_a_tool_tip_of_a_server_is_no_html(desk: PanelDesk) -> None:
    from msgspec.structs import replace

    evil = "<img src='file:///etc/passwd'>"
    desk.server.infos["Gain"] = replace(desk.server.infos["Gain"], tooltip=evil)
    panel = features_of(desk)
    tip = panel.model.data(panel.model.index_of("Gain"), Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img" in tip
