"""Calls that change features: one, a command, or a whole file."""

from __future__ import annotations

import pytest

from tests.fakes.grabber.asked_camera import HEAD, Asked


def test_a_set_says_what_became_of_it_and_is_kept(asked: Asked) -> None:
    told = asked.ask("set", feature="Gain", value=6, selectors={"GainSelector": "Red"})
    assert (told["applied"], told["value"], told["old"]) == (True, 6.0, 1.0)
    (live,) = asked.ask("values", features=["Gamma"])["live"]
    assert live == {"feature": "Gain", "value": 6.0, "selectors": {"GainSelector": "Red"}}
    other = asked.ask("values", features=["GainSelector", "Gain"])["features"]["Gain"]
    assert "differs" not in other, "of another selector"
    red = asked.ask("values", features=["Gain"], selectors={"GainSelector": "Red"})
    assert red["features"]["Gain"]["differs"]
    assert "configured" not in red["features"]["Gain"], "the configuration says nothing of it"


def test_what_differs_says_what_the_configuration_has(asked: Asked) -> None:
    asked.control.live.config["Gamma"] = 2.0
    assert "configured" not in asked.ask("values", features=["Gamma"])["features"]["Gamma"]
    asked.ask("set", feature="Gamma", value=1.5)
    gamma = asked.ask("values", features=["Gamma"])["features"]["Gamma"]
    assert (gamma["value"], gamma["differs"], gamma["configured"]) == (1.5, True, 2.0)


def test_what_points_at_others_is_not_kept(asked: Asked) -> None:
    assert asked.ask("set", feature="GainSelector", value="Red")["applied"]
    assert asked.control.live.differing() == ()


def test_a_refused_value_is_not_kept(asked: Asked) -> None:
    told = asked.ask("set", feature="Width", value=5000)
    assert (told["applied"], told["value"]) == (False, 640)
    assert asked.control.live.differing() == ()


def test_of_several_values_for_a_feature_the_newest_is_written(asked: Asked) -> None:
    first, second = (asked.call("set", feature="Gamma", value=v) for v in (0.5, 1.5))
    other = asked.call("set", feature="Gain", value=1)
    asked.control.run()
    replies = asked.replies()
    assert replies[first]["code"] == "replaced"
    assert replies[second]["result"]["value"] == 1.5
    assert replies[other]["result"]["applied"]
    assert asked.camera.memory.writes.count(0x228) == 1


def test_what_streaming_locks_says_what_a_stop_means(asked: Asked) -> None:
    asked.camera.put(0x168, 1)
    refused = asked.ask("set", feature="Width", value=320)
    assert refused["code"] == "locked"
    assert refused["problem"] == "Width: locked while the camera streams"
    assert "this camera stops for about 0.1 s" in refused["remedy"]
    assert asked.control.stops == 0


def test_with_permission_the_camera_is_stopped_for_it(asked: Asked) -> None:
    asked.camera.put(0x168, 1)
    told = asked.ask("set", feature="Width", value=320, stop=True)
    assert (told["applied"], told["value"], told["stopped_ms"]) == (True, 320, 88.0)
    assert asked.ask("set", feature="Gamma", value=1.5, stop=True).get("stopped_ms") is None
    assert asked.control.stops == 1


def test_a_value_that_is_refused_when_stopped_leaves_the_camera_as_it_was(asked: Asked) -> None:
    asked.camera.put(0x168, 1)
    told = asked.ask("set", feature="Width", value=5000, stop=True)
    assert (told["applied"], told["value"]) == (False, 640)
    assert asked.camera.nodes.Width.value == 640


def test_a_camera_that_does_not_start_with_it_has_the_old_values_again(asked: Asked) -> None:
    asked.camera.put(0x168, 1)
    asked.control.starts_fail = 1
    refused = asked.ask("set", feature="Width", value=320, stop=True)
    assert refused["code"] == "failed"
    assert refused["problem"] == (
        "Width=320: the camera does not start with it (it does not start)"
    )
    assert refused["remedy"] == "The old values are back"
    assert asked.camera.nodes.Width.value == 640
    assert asked.control.live.differing() == ()


def test_what_an_automatic_locks_is_not_worth_a_stop(asked: Asked) -> None:
    asked.ask("set", feature="ExposureAuto", value="Continuous")
    refused = asked.ask("set", feature="ExposureTime", value=2000, stop=True)
    assert (refused["code"], refused["remedy"]) == ("locked", "Set ExposureAuto=Off first")
    assert refused["problem"] == "ExposureTime: ExposureAuto is Continuous"
    assert asked.control.stops == 0


def test_what_nothing_explains_may_be_tried_with_a_stop(asked: Asked) -> None:
    asked.camera.put(0x160, 0x101)
    assert "about 0.1 s" in asked.ask("set", feature="Binning", value=2)["remedy"]
    refused = asked.ask("set", feature="Binning", value=2, stop=True)
    assert (refused["code"], asked.control.stops) == ("locked", 1)
    assert "its XML does not say why" in refused["problem"]


@pytest.mark.parametrize("feature", ["TLParamsLocked", "AcquisitionStop"])
def test_what_is_camstrms_own_is_refused(asked: Asked, feature: str) -> None:
    assert asked.ask("set", feature=feature, value=1)["code"] == "refused"
    assert asked.ask("execute", feature=feature)["code"] == "refused"
    assert asked.camera.memory.writes == []


def test_a_command_is_executed(asked: Asked) -> None:
    assert asked.ask("execute", feature="TriggerSoftware")["code"] == "locked"
    assert asked.ask("set", feature="TriggerMode", value="On")["applied"]
    assert asked.ask("execute", feature="TriggerSoftware")["applied"]
    assert asked.ask("execute", feature="Width")["code"] == "wrong"


def test_revert_sets_what_the_configuration_says(asked: Asked) -> None:
    asked.control.live.config["Gamma"] = 2.0
    asked.ask("set", feature="Gamma", value=1.5)
    asked.ask("set", feature="Gain", value=6, selectors={"GainSelector": "Blue"})
    told = asked.ask("revert")["changes"]
    assert [(c["feature"], c["value"]) for c in told] == [("Gain", 0.0), ("Gamma", 2.0)]
    assert asked.control.live.differing() == ()
    assert asked.ask("revert") == {}
    (change,) = asked.ask("revert", features=["Width"])["changes"]
    assert change["reason"] == "it was not set while the camera ran"


def test_a_file_is_saved_loaded_and_compared(asked: Asked) -> None:
    saved = asked.ask("save")
    assert saved["text"].count("\n") > saved["settings"] > 20
    asked.ask("set", feature="Gain", value=6)
    (difference,) = asked.ask("diff", text=saved["text"])["differences"]
    assert (difference["feature"], difference["wanted"], difference["value"]) == ("Gain", 3.0, 6.0)
    changes = asked.ask("load", text=saved["text"])["changes"]
    assert all(change["applied"] for change in changes)
    assert asked.ask("diff", text=saved["text"]) == {"equal": saved["settings"]}


def test_a_file_with_a_locked_feature_needs_a_stop(asked: Asked) -> None:
    asked.camera.put(0x168, 1)
    text = f"{HEAD}Width\t320\nGamma\t1.5\nBinning\t2\n"
    changes = asked.ask("load", text=text)["changes"]
    assert [change["applied"] for change in changes] == [False, True, True]
    assert "locked while the camera streams" in changes[0]["reason"]
    changes = asked.ask("load", text=text, stop=True)["changes"]
    assert [change["applied"] for change in changes] == [True, True, True]
    assert asked.control.stops == 1
    assert changes[0]["stopped_ms"] > 0


def test_an_offset_that_waits_for_a_locked_size_is_set_in_the_same_stop(asked: Asked) -> None:
    assert asked.ask("set", feature="Width", value=1024)["applied"]
    asked.camera.put(0x168, 1)
    changes = asked.ask("load", text=f"{HEAD}Width\t320\nOffsetX\t64\n", stop=True)["changes"]
    assert [change["applied"] for change in changes] == [True, True], changes
    assert asked.control.stops == 1


@pytest.mark.parametrize("do", ["load", "diff"])
def test_a_file_that_is_none_is_refused_with_its_line(asked: Asked, do: str) -> None:
    refused = asked.ask(do, text=f"{HEAD}Width 640")
    assert refused["code"] == "wrong"
    assert refused["problem"].startswith("line 2: wanted a feature, a tab and its value")
