from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.features.persistence_file import parse_settings
from camstrm.bridge.control.wishes import Wish, selectors_read, wishes
from camstrm.errors import ConfigError, WireError
from camstrm.feature import Selectors
from camstrm.wire import Call


def call(do: str, **arguments: Any) -> Call:
    return Call(1, 0, do, msgspec.Raw(msgspec.json.encode(arguments)))


def test_set_and_execute_name_one_feature() -> None:
    selectors: Selectors = {"TriggerSelector": "FrameStart"}
    wanted = call("set", feature="TriggerMode", value="On", selectors=selectors)
    assert wishes(wanted) == (Wish("TriggerMode", selectors, "On"),)
    assert wishes(call("execute", feature="TriggerSoftware")) == (Wish("TriggerSoftware", {}),)


def test_revert_names_several_or_does_not_say() -> None:
    assert wishes(call("revert", features=["Gain", "Width"])) == (
        Wish("Gain", {}),
        Wish("Width", {}),
    )
    assert wishes(call("revert")) is None


def test_a_file_names_the_feature_of_each_line() -> None:
    text = (
        "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\r\n# Device = X\r\n\r\n"
        "ExposureTime\t1500.5\r\n"
        "BalanceRatio\t{BalanceRatioSelector=Red}\t1.25\n"
        "LUTValue\t{LUTSelector=Luminance}\t{LUTIndex=7}\t12\r"
        "  # a comment\n"
        "ChunkEnable\t{ChunkSelector=Gain, GainSelector=All;X=1}\t1\n"
        "DeviceUserID\t\n"
    )
    chunk: Selectors = {"ChunkSelector": "Gain", "GainSelector": "All", "X": "1"}
    assert wishes(call("load", text=text)) == (
        Wish("ExposureTime", {}, "1500.5"),
        Wish("BalanceRatio", {"BalanceRatioSelector": "Red"}, "1.25"),
        Wish("LUTValue", {"LUTSelector": "Luminance", "LUTIndex": "7"}, "12"),
        Wish("ChunkEnable", chunk, "1"),
        Wish("DeviceUserID", {}, ""),
    )
    assert wishes(call("load", text="\ufeffGain\t1")) == (Wish("Gain", {}, "1"),)


@pytest.mark.parametrize(
    "line",
    [
        "Gain 1",
        "Gain",
        " Gain\t1",
        "Gain\tx\t1",
        "Gain\t{A}\t1",
        "Gain\t{A=B\t1",
        "Std::Gain\t1",
        "Gain\t1\x0bDeviceReset\t1",
        "Gain\t1\x0cDeviceReset\t1",
        "Gain\t1\x1eDeviceReset\t1",
        "Gain\t1\x85DeviceReset\t1",
        "Gain\t1\u2028DeviceReset\t1",
        "Gain\t1\u2029DeviceReset\t1",
        "Gain\t{A=1}{B=2}\t1",
        "Gain\t{A=1,B}\t1",
        "Gain\t{A=1\tB=2}\t1",
        "Gain\t1\0",
    ],
)
def test_a_file_in_which_another_reader_could_find_more_is_refused(line: str) -> None:
    for do in ("load", "diff"):
        with pytest.raises(WireError):
            (wishes if do == "load" else selectors_read)(call(do, text=f"Width\t10\n{line}\n"))


MAGIC = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\n"


PIECES = ["Gain\t", "Width", "{A=1}", "{A=1,B=2}\t", "{", "}", "=", "\t", "1", "\n", "\r", "#", " "]
PIECES += ["Gain\t{A=x;B=y}\t1\n", "\ufeff", "\x0b", "\u2028", ","]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_every_feature_that_the_camera_process_finds_was_looked_at(text: str) -> None:
    try:
        found = wishes(call("load", text=MAGIC + text))
        settings = [line.setting for line in parse_settings(MAGIC + text)]
    except (WireError, ConfigError):
        return
    assert found is not None
    assert [wish.feature for wish in found] == [setting.feature for setting in settings]
    for wish, setting in zip(found, settings, strict=True):
        assert wish.selectors.keys() == setting.selectors.keys()


@pytest.mark.parametrize(
    "name",
    ["", "Std::DeviceReset", "Gain\n", "Gain ", "a.b", "Ga\u0456n", "1a", "x" * 129, "A[B=C]"],
)
@pytest.mark.parametrize("do", ["set", "execute", "revert"])
def test_names_that_pass_by_patterns_are_refused(do: str, name: str) -> None:
    all_wrong: dict[str, dict[str, Any]] = {
        "set": {"feature": name, "value": 1},
        "execute": {"feature": name},
        "revert": {"features": ["Gain", name]},
    }
    with pytest.raises(WireError, match="is no name of a feature") as caught:
        wishes(call(do, **all_wrong[do]))
    assert str(caught.value).isprintable()


def test_so_are_those_of_selectors() -> None:
    with pytest.raises(WireError):
        wishes(call("set", feature="Gain", value=1, selectors={"Std::DeviceReset": 1}))
    with pytest.raises(WireError):
        selectors_read(call("values", selectors={"Std::DeviceReset": 1}))


def test_what_reading_writes_for_a_moment() -> None:
    assert selectors_read(call("values", selectors={"GainSelector": "All"})) == ("GainSelector",)
    assert selectors_read(call("diff", text="Gain\t{GainSelector=All}\t1\n")) == ("GainSelector",)
    assert selectors_read(call("features")) == ()
    assert selectors_read(call("values", later=[1, {"a": None}])) == (), "the camera process's"


@pytest.mark.parametrize("do", ["set", "execute", "revert", "load"])
def test_wrong_arguments(do: str) -> None:
    for wrong in ({"no": 1}, {"feature": 1}, {"features": "Gain"}, {"text": 1}):
        with pytest.raises(WireError):
            wishes(call(do, **wrong))


def test_other_operations_name_none() -> None:
    assert wishes(call("reconnect")) == ()
    assert wishes(call("format_c")) == ()
