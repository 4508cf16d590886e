"""Files of settings, and user sets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from camstrm.wire.operations import ExecuteCommand
from client_qt.panels.sets.sets_panel import SetsPanel
from tests.fakes.bridge.panel_desk import PanelDesk

FILE = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\nGain\t3\nBlackLevel\t4\nExposureTime\t2500\n"


def sets_of(desk: PanelDesk) -> SetsPanel:
    panel = desk.open("sets")
    assert isinstance(panel, SetsPanel)
    desk.wait(lambda: panel.user_sets.box.isVisible() and panel.user_sets.box.chosen == "Default")
    return panel


def test_a_file_is_compared_then_applied_to_cameras_of_the_model(
    desk: PanelDesk, tmp_path: Path
) -> None:
    panel = sets_of(desk)
    path = tmp_path / "left.pfs"
    path.write_text(FILE)
    panel.compare(path)
    found = desk.say("sets.diff.found", count=2, file="left.pfs", equal=1)
    desk.wait(lambda: panel.result.text() == found)
    rows = [panel.table.topLevelItem(i) for i in range(2)]
    assert [[row.text(n) for n in range(3)] for row in rows if row] == [
        ["Gain", "3", "0"],
        ["ExposureTime", "2500", "1500"],
    ]
    assert list(panel.run.boxes) == [0, 1], "the third is of another model"
    assert [box.isChecked() for box in panel.run.boxes.values()] == [True, False]
    panel.run.boxes[1].click()
    panel.run.apply.click()
    desk.wait(lambda: len(panel.run.lines) == 2 and panel.run.apply.isEnabled())
    assert [line.text() for line in panel.run.lines] == ["left: 3 set", "right: 3 set"]
    done = [(c, do) for c, do, _ in desk.server.done if do in ("lease", "load")]
    assert done == [
        (0, "lease"),
        (0, "load"),
        (0, "lease"),
        (1, "lease"),
        (1, "load"),
        (1, "lease"),
    ]
    panel.run.boxes[0].click()
    panel.run.apply.click()
    desk.wait(panel.run.apply.isEnabled)
    assert [line.text() for line in panel.run.lines] == ["right: 3 set"], "results of this run only"


def test_a_camera_that_refuses_has_its_own_line(desk: PanelDesk, tmp_path: Path) -> None:
    panel = sets_of(desk)
    path = tmp_path / "left.pfs"
    path.write_text(FILE)
    panel.compare(path)
    desk.wait(lambda: panel.run.boxes)
    desk.server.give_lease(1, "Kim", 9)
    panel.run.boxes[1].setChecked(True)
    panel.run.apply.click()
    desk.wait(lambda: len(panel.run.lines) == 2 and "Kim" in panel.run.lines[1].text())
    assert panel.run.lines[0].text() == "left: 3 set"


def test_what_is_no_file_of_settings(desk: PanelDesk, tmp_path: Path) -> None:
    panel = sets_of(desk)
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    panel.compare(path)
    assert panel.result.text() == desk.say("sets.file.kind")
    panel.compare(tmp_path / "missing.pfs")
    assert "missing.pfs" in panel.result.text()
    path.write_text(FILE * 5000)
    panel.compare(path)
    assert panel.result.text() == desk.say("sets.file.large")
    assert desk.server.said("diff") == []


def test_save_asks_for_a_name_and_says_what_was_saved(desk: PanelDesk, tmp_path: Path) -> None:
    panel = sets_of(desk)
    panel.save.click()
    desk.wait(lambda: desk.window.findChildren(QFileDialog))
    dialog = desk.window.findChildren(QFileDialog)[0]
    desk.wait(dialog.isVisible)
    path = tmp_path / "mine.pfs"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert path.read_text().startswith("# {05D8C294")
    assert panel.result.text() == desk.say("sets.file.saved", count=1, file="mine.pfs")
    assert desk.services.settings.get("sets.folder", "") == str(tmp_path)
    desk.wait(lambda: not desk.window.findChildren(QFileDialog))


def test_a_user_set_is_saved_and_loaded_with_its_selector(desk: PanelDesk) -> None:
    panel = sets_of(desk)
    assert panel.user_sets.start.text() == desk.say("sets.user.start", name="Default")
    panel.user_sets.box.setFocus()
    desk.key(panel.user_sets.box, Qt.Key.Key_Down)
    assert panel.user_sets.box.chosen == "UserSet1"
    panel.user_sets.save.click()
    saved = desk.say("sets.user.saved", name="UserSet1")
    desk.wait(lambda: panel.user_sets.result.text() == saved)
    wanted = ExecuteCommand("UserSetSave", {"UserSetSelector": "UserSet1"})
    assert desk.server.said("execute") == [wanted]
