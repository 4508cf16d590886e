from __future__ import annotations

from camstrm.config import CameraSettings
from camstrm.grab.processes.camera_changes import changed_features, compare_cameras

LEFT = CameraSettings(serial="A", name="left", features={"Gain": 1.0})
RIGHT = CameraSettings(serial="B", name="right")


def test_keys_of_a_camera_are_named_with_it() -> None:
    left = CameraSettings(serial="A", name="left", features={"Gain": 2.0}, quality=50)
    changes = compare_cameras((LEFT, RIGHT), (left, RIGHT))
    assert changes.applied == ("quality of camera left", "features of camera left")
    assert changes.pending == ()
    assert changes.settings == {"left": left, "right": RIGHT}


def test_who_a_camera_is_needs_a_restart() -> None:
    left = CameraSettings(serial="C", name="left", cti="/x.cti", features={"Gain": 1.0})
    changes = compare_cameras((LEFT, RIGHT), (left, RIGHT))
    assert changes.pending == ("serial of camera left", "cti of camera left")
    assert changes.settings == {"left": LEFT, "right": RIGHT}


def test_cameras_that_come_go_or_change_places_need_a_restart() -> None:
    front = CameraSettings(serial="F", name="front")
    changes = compare_cameras((LEFT, RIGHT), (front, RIGHT))
    assert changes.pending == ("camera left (removed)", "camera front (new)")
    assert changes.settings == {"left": LEFT, "right": RIGHT}
    changes = compare_cameras((LEFT, RIGHT), (RIGHT, LEFT))
    assert changes.pending == ("the order of the cameras",)


def test_features_that_came_went_or_changed() -> None:
    before = CameraSettings(serial="A", features={"Gain": 1.0, "Width": 8, "Gamma": 1.0})
    after = CameraSettings(serial="A", features={"Gain": 2.0, "Width": 8, "Height": 8})
    assert changed_features(before, after) == {"Gain", "Gamma", "Height"}
