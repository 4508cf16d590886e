"""A person's tasks in the Qt viewer, by keyboard alone, with the real commands on the simulator."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.fakes.bridge.viewer_server import WaitUntil
from tests.person import tasks
from tests.person.qt_hands import QtHands, run


def test_a_day_at_the_viewer_by_keyboard_alone(
    qapp: QApplication, tmp_path: Path, wait_until: WaitUntil
) -> None:
    with tasks.workplace(tmp_path / "system") as place:
        hands = QtHands(f"{place.system.url}/?token={place.token}", wait_until)
        try:
            run(tasks.all_are_live(hands))
            run(tasks.bring_into_focus(hands))
            run(tasks.expose_until_nothing_clips(hands))
            size = run(tasks.cut_the_region(hands))
            run(tasks.keep_in_the_configuration(hands, place.system.config, size))
            run(tasks.find_the_unplugged_camera(hands, place.run))
            run(tasks.send_a_link(hands))
        finally:
            hands.close()
