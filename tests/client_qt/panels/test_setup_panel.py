"""The set-up panel: what is set, by whom, for how long, and what it says when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from camstrm.feature import FeatureSetting, FeatureState
from camstrm.wire.operations import (
    ChannelMeasurement,
    Measurement,
    RevertFeatures,
    SetFeature,
)
from camstrm.wire.views import Region
from client_qt.panels.setup.choice_card import ChoiceCard
from client_qt.panels.setup.number_card import NumberCard
from client_qt.panels.setup.setup_panel import SetupPanel
from client_qt.panels.setup.trigger_card import TriggerCard
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.camera_answers import AnsweringServer
from tests.fakes.bridge.panel_desk import PanelDesk


def setup_of(desk: PanelDesk) -> SetupPanel:
    panel = desk.open("setup")
    assert isinstance(panel, SetupPanel)
    desk.wait(lambda: panel.cards and panel.desk.states and panel.cards[-1].isVisible())
    return panel


def card(panel: SetupPanel, card_id: str) -> Any:
    return next(card for card in panel.cards if card.card.id == card_id)


def sets(desk: PanelDesk) -> list[tuple[str, Any]]:
    return [(a.feature, a.value) for a in desk.server.said("set")]


def test_a_camera_has_the_cards_of_what_it_can_do(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    assert [card.card.id for card in panel.cards] == [
        *("exposure", "gain", "black", "gamma", "white", "rate", "region", "format"),
        *("trigger", "indicator"),
    ]
    exposure = card(panel, "exposure")
    assert exposure.editor.field.text() == "1500"
    assert exposure.editor.unit.text() == "µs"
    assert desk.server.said("lease", "set") == [], "to look takes no lease"


def test_how_much_is_clipped_is_under_the_exposure_while_it_is_seen(desk: PanelDesk) -> None:
    def clipped(*percents: float) -> Measurement:
        channels = tuple(
            ChannelMeasurement(name, 9.0, 0, 255, 1.0, percent, 0.0)
            for name, percent in zip("RGB", percents, strict=True)
        )
        return Measurement("BayerRG8", 8, Region(0, 0, 640, 480), 307200, 1, channels, 9.0)

    desk.server.measurement = clipped(0.2, 2.5, 0.0)
    panel = setup_of(desk)
    note = card(panel, "exposure").clipped
    desk.wait(lambda: note.text() == desk.say("setup.clipped", percent="2.50 %"))
    assert note.isVisible()
    assert [a.bins for a in desk.server.said("measure")] == [0]
    assert desk.server.said("lease") == [], "to measure takes no lease"
    desk.server.measurement = clipped(0.0, 0.0, 0.0)
    note.ask()
    desk.wait(lambda: note.text() == desk.say("setup.clipped.none"))
    desk.server.refusals["measure"] = ("no frame yet", "", "gone")
    note.ask()
    desk.wait(lambda: not note.isVisible())
    asked = len(desk.server.said("measure"))
    desk.window.dock.close_panel("setup")
    note.ask()
    desk.settle()
    assert len(desk.server.said("measure")) == asked, "nobody sees it"


def test_a_typed_number_takes_the_lease_first(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.type(card(panel, "exposure").editor.field, "2 ms")
    desk.wait(lambda: sets(desk))
    assert [do for _, do, _ in desk.server.done if do in ("lease", "set")] == ["lease", "set"]
    assert sets(desk) == [("ExposureTime", 2000.0)]
    desk.wait(lambda: desk.services.my_lease(0))
    desk.wait(lambda: desk.say("setup.lasts.configured", value="1.5 ms") in desk.texts(panel))
    assert card(panel, "exposure").editor.field.text() == "2000"
    assert "give" in panel.lease.buttons


@pytest.mark.parametrize(
    ("typed", "says"), [("abc", "not a number"), ("5", "15 to 1000000"), ("3 kg", "unit kg")]
)
def test_what_cannot_be_typed_is_said_and_not_sent(desk: PanelDesk, typed: str, says: str) -> None:
    panel = setup_of(desk)
    editor = card(panel, "exposure").editor
    desk.type(editor.field, typed)
    assert says in editor.note.text()
    desk.settle()
    assert sets(desk) == []


def test_keys_step_and_a_drag_is_undone_at_once(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    editor = card(panel, "exposure").editor
    # The keys come one right after the other, however long a busy machine takes for each.
    editor.clock = lambda: 0.0
    slider = editor.slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    desk.key(slider, Qt.Key.Key_PageUp)
    desk.wait(lambda: sets(desk))
    first = sets(desk)[0][1]
    assert first > 1800, "a page is a tenth of a logarithmic slider"
    desk.key(slider, Qt.Key.Key_Right)
    desk.key(slider, Qt.Key.Key_End)
    desk.wait(lambda: sets(desk)[-1][1] == 1_000_000.0)
    desk.wait(lambda: not panel.desk.edit.busy)
    assert panel.desk.edit.undo_list.can_undo
    panel.lasting.undo.click()
    desk.wait(lambda: desk.server.states["ExposureTime"].value == 1500.0)
    desk.wait(lambda: panel.lasting.redo.isEnabled())
    assert not panel.lasting.undo.isEnabled(), "steps that follow each other are one"
    panel.lasting.redo.click()
    desk.wait(lambda: desk.server.states["ExposureTime"].value == 1_000_000.0)


def test_many_moves_of_a_slider_are_few_calls_and_the_last_one_counts(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    slider = card(panel, "exposure").editor.slider
    slider.setSliderDown(True)
    for place in range(400, 900):
        slider.setValue(place)
    wanted = panel.desk.wanted("ExposureTime")
    slider.setSliderDown(False)
    desk.wait(lambda: not panel.desk.edit.busy)
    assert len(sets(desk)) < 10
    assert sets(desk)[-1] == ("ExposureTime", wanted)


def test_an_automatic_is_switched_off_by_who_sets_a_value(desk: PanelDesk) -> None:
    desk.server.states["ExposureAuto"] = FeatureState(
        "RW", "Continuous", entries=("Off", "Once", "Continuous")
    )
    desk.server.states["ExposureTime"] = FeatureState(
        "RO", 1500.0, 15.0, 1e6, locked_by="ExposureAuto is Continuous"
    )
    panel = setup_of(desk)
    exposure = card(panel, "exposure")
    assert exposure.editor.auto.chosen == "Continuous"
    assert exposure.editor.note.text() == desk.say("setup.auto.on")
    desk.type(exposure.editor.field, "900")
    desk.wait(lambda: len(sets(desk)) == 2)
    assert sets(desk) == [("ExposureAuto", "Off"), ("ExposureTime", 900.0)]


def test_arrows_choose_an_automatic_and_undo_brings_the_value_back(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    auto = card(panel, "gain").editor.auto
    button = next(b for b in auto._buttons.values() if b.isChecked())
    button.setFocus(Qt.FocusReason.TabFocusReason)
    desk.key(button, Qt.Key.Key_Right)
    desk.wait(lambda: sets(desk) == [("GainAuto", "Once")])
    desk.wait(lambda: panel.lasting.undo.isEnabled())
    desk.server.touch("Gain", 7.5)
    panel.lasting.undo.click()
    desk.wait(lambda: desk.server.said("load"))
    assert "Gain\t0\n" in desk.server.said("load")[0].text
    desk.wait(lambda: desk.server.states["GainAuto"].value == "Off")


def test_what_stops_the_camera_is_asked_first(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    box = card(panel, "format")
    assert isinstance(box, ChoiceCard)
    assert desk.say("setup.needs_stop") in desk.texts(box)
    box.box.setFocus()
    panel.desk.set("PixelFormat", "Mono8")
    desk.wait(panel.question.isVisible)
    assert "0.1 s" in panel.question.sentence.text()
    assert panel.question.yes.hasFocus()
    desk.key(panel.question.yes, Qt.Key.Key_Escape)
    assert not panel.question.isVisible()
    assert box.box.hasFocus(), "the keyboard is where it was"
    assert sets(desk) == []

    panel.desk.set("PixelFormat", "Mono8")
    desk.wait(panel.question.isVisible)
    panel.question.always.click()
    desk.key(panel.question.yes, Qt.Key.Key_Space)
    desk.wait(lambda: sets(desk))
    assert desk.server.said("set") == [SetFeature("PixelFormat", "Mono8", stop=True)]
    desk.wait(lambda: not panel.desk.edit.busy)
    panel.desk.set("PixelFormat", "BayerRG12")
    desk.wait(lambda: len(sets(desk)) == 2)
    assert not panel.question.isVisible(), "not asked again"


def test_the_lines_are_shown_before_they_are_written(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.type(card(panel, "gain").editor.field, "3")
    desk.wait(panel.lasting.keep.isVisible)
    desk.wait(panel.lasting.keep.isEnabled)
    panel.lasting.keep.click()
    desk.wait(panel.lasting.lines.isVisible)
    assert "Gain = 3.0" in panel.lasting.lines.toPlainText()
    assert "/etc/camstrm.toml" in panel.lasting.into.text()
    assert [a.write for a in desk.server.said("keep")] == [False]
    panel.lasting.write.click()
    desk.wait(lambda: len(desk.server.said("keep")) == 2)
    assert desk.server.said("keep")[1].write
    written = desk.say("setup.keep.done", file="/etc/camstrm.toml")
    desk.wait(lambda: panel.lasting.result.text() == written)
    assert not panel.lasting.lines.isVisible()


def test_a_file_that_cannot_be_written_leaves_the_lines_to_copy(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.type(card(panel, "gain").editor.field, "3")
    desk.wait(lambda: panel.lasting.keep.isVisible() and panel.lasting.keep.isEnabled())
    panel.lasting.keep.click()
    desk.wait(panel.lasting.lines.isVisible)
    desk.server.refusals["keep"] = ("cannot write /etc/camstrm.toml", "Paste it", "failed")
    panel.lasting.write.click()
    desk.wait(lambda: "cannot write" in panel.lasting.result.text())
    assert panel.lasting.lines.isVisible()
    panel.lasting.copy.click()


def test_revert_names_what_was_set(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.type(card(panel, "gain").editor.field, "3")
    desk.wait(lambda: panel.lasting.revert.isVisible() and panel.lasting.revert.isEnabled())
    panel.lasting.revert.click()
    desk.wait(lambda: desk.server.said("revert"))
    assert desk.server.said("revert") == [RevertFeatures(("Gain",))]
    desk.wait(lambda: card(panel, "gain").editor.field.text() == "0")
    desk.wait(lambda: not panel.lasting.revert.isVisible())


def test_who_may_only_look_sees_values_and_why(open_desk: OpenDesk) -> None:
    desk = open_desk(AnsweringServer(role="view"))
    panel = setup_of(desk)
    assert panel.lease.sentence.text() == desk.say("setup.lease.view")
    exposure = card(panel, "exposure")
    assert exposure.editor.field.text() == "1500"
    assert exposure.editor.field.isReadOnly()
    assert not exposure.editor.slider.isEnabled()
    desk.key(exposure.editor.field, Qt.Key.Key_Up)
    assert not card(panel, "region").draw.isEnabled()
    desk.settle()
    assert desk.server.said("set", "lease") == []


def test_somebody_else_s_lease_is_named_and_can_be_asked_for(desk: PanelDesk) -> None:
    desk.server.give_lease(0, "Kim", 9)
    panel = setup_of(desk)
    desk.wait(lambda: "Kim" in panel.lease.sentence.text())
    assert "2 min" in panel.lease.sentence.text()
    assert list(panel.lease.buttons) == ["ask"]
    panel.lease.buttons["ask"].click()
    desk.wait(lambda: panel.lease.sentence.text() == desk.say("setup.lease.waiting", holder="Kim"))
    assert panel.lease.buttons == {}
    desk.server.give_lease(0, "", 0)
    desk.wait(lambda: list(panel.lease.buttons) == ["take"])


def test_who_is_asked_can_pass_it_on(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    panel.lease.buttons["take"].click()
    desk.wait(lambda: list(panel.lease.buttons) == ["give"])
    desk.server.give_lease(0, "me", 7, asked_by="Kim")
    desk.wait(lambda: list(panel.lease.buttons) == ["pass", "refuse"])
    panel.lease.buttons["refuse"].click()
    assert list(panel.lease.buttons) == ["give"], "whoever asked keeps waiting, quietly"
    desk.server.give_lease(0, "me", 7)
    desk.wait(lambda: panel.lease.sentence.text() == desk.say("setup.lease.mine", minutes="2"))
    desk.server.give_lease(0, "me", 7, asked_by="Kim")
    desk.wait(lambda: list(panel.lease.buttons) == ["pass", "refuse"])
    panel.lease.buttons["pass"].click()
    desk.wait(lambda: [a.action for a in desk.server.said("lease")] == ["take", "pass"])


def test_the_trigger_card_fires_and_says_when_the_last_frame_came(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    trigger = card(panel, "trigger")
    assert isinstance(trigger, TriggerCard)
    assert not trigger.fire.isEnabled()
    trigger.mode.click()
    trigger.boxes["source"].wished.emit("Software")
    desk.wait(trigger.fire.isEnabled)
    assert trigger.last.text().startswith("Last frame")
    desk.key(trigger.fire, Qt.Key.Key_Space)
    desk.wait(lambda: desk.server.said("execute"))
    assert desk.server.said("execute")[0].feature == "TriggerSoftware"


def test_nothing_is_watched_while_the_panel_is_hidden(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.window.dock.close_panel("setup")
    desk.settle()
    before = len(desk.server.done)
    desk.server.touch("Gain", 9.0)
    desk.server.touch("Gain", 8.0)
    desk.settle()
    QTest.qWait(0)
    assert len(desk.server.done) == before
    assert panel.cards == []
    desk.open("setup")
    desk.wait(lambda: panel.cards and card(panel, "gain").editor.field.text() == "8")


def test_another_camera_s_values_and_undo_are_its_own(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.type(card(panel, "gain").editor.field, "3")
    desk.wait(panel.lasting.undo.isEnabled)
    desk.services.choose(1)
    desk.wait(lambda: panel.name.text() == "right" and panel.cards)
    assert not panel.lasting.undo.isEnabled()
    desk.services.choose(0)
    desk.wait(lambda: panel.cards and panel.lasting.undo.isEnabled())


def test_a_camera_that_does_not_answer(desk: PanelDesk) -> None:
    desk.server.refusals["features"] = ("camera left is lost", "Look at its cable", "gone")
    panel = desk.open("setup")
    desk.wait(lambda: "camera left is lost. Look at its cable" in panel.situation.text())
    assert panel.cards == []


def test_an_answer_that_never_comes(desk: PanelDesk) -> None:
    now = desk.services.clock()
    desk.server.silent.add("features")
    panel = desk.open("setup")
    desk.wait(lambda: desk.server.said("features"))
    assert panel.situation.text() == desk.say("setup.reading", name="left")
    desk.services.clock = lambda: now + 60
    panel.desk._asker.look()
    panel.desk.turn()
    assert desk.say("setup.no_answer", seconds=15) in panel.situation.text()


def test_a_lost_connection_and_its_return(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    desk.server.drop_viewers()
    desk.wait(lambda: panel.situation.text() == desk.say("setup.offline"))
    assert all(not c.editor.slider.isEnabled() for c in panel.cards if isinstance(c, NumberCard))
    desk.wait(lambda: desk.server.viewers)
    desk.server.send_status()
    desk.wait(lambda: panel.situation.text() == "")
    desk.wait(lambda: panel.cards and card(panel, "exposure").editor.slider.isEnabled())


def test_a_camera_that_goes_while_its_panel_is_open(desk: PanelDesk) -> None:
    from msgspec.structs import replace

    panel = setup_of(desk)
    assert desk.server.hello is not None
    desk.server.send(replace(desk.server.hello, cameras=()))
    desk.wait(lambda: panel.situation.text() == desk.say("setup.none"))
    assert panel.cards == []


def test_a_refusal_is_said_at_what_was_set(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    refusal = ("Gain may not be changed", "Ask an admin", "refused")
    desk.server.refusals["set"] = refusal
    gain = card(panel, "gain").editor
    desk.type(gain.field, "3")
    desk.wait(lambda: gain.note.text() == "Gain may not be changed. Ask an admin")
    assert gain.field.text() == "0", "what the camera has"


def test_text_of_a_server_is_plain(desk: PanelDesk) -> None:
    desk.server.states["Gain"] = FeatureState(
        "RO", 0.0, 0.0, 24.0, locked_by="<img src='file:///etc/passwd'>"
    )
    panel = setup_of(desk)
    note = card(panel, "gain").editor.note
    assert note.text() == "<img src='file:///etc/passwd'>"
    assert note.textFormat() == Qt.TextFormat.PlainText


def test_white_balance_reads_each_colour_and_sets_one(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    white = card(panel, "white")
    desk.wait(lambda: white.colours["Blue"].field.text() == "2")
    assert [white.colours[c].field.text() for c in ("Red", "Green", "Blue")] == ["1.5", "1", "2"]
    desk.type(white.colours["Blue"].field, "2.5")
    desk.wait(lambda: desk.server.ratios["Blue"] == 2.5)
    assert desk.server.said("set")[-1].selectors == {"BalanceRatioSelector": "Blue"}
    assert isinstance(desk.server.live.get("Blue"), FeatureSetting | None)


def test_no_window_flashes_while_cards_are_made(desk: PanelDesk) -> None:
    shown: list[str] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            new = isinstance(watched, QWidget) and watched.isWindow()
            if new and event.type() == QEvent.Type.Show:
                shown.append(repr(watched))
            return False

    watcher = Watcher()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(watcher)
    try:
        setup_of(desk)
        desk.services.choose(1)
        desk.settle()
        desk.open("diagnose")
        desk.settle()
    finally:
        application.removeEventFilter(watcher)
    assert shown == []
