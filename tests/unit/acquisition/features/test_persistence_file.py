from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.features.persistence_file import (
    MOST_SETTINGS,
    is_writable_value,
    parse_settings,
    settings_text,
)
from camstrm.errors import ConfigError
from camstrm.feature import FeatureSetting

HEAD = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}"


def settings_of(text: str) -> list[FeatureSetting]:
    return [line.setting for line in parse_settings(text)]


def test_a_file_of_pylon() -> None:
    text = (
        f"{HEAD}\r\n# GenApi persistence file (version 3.1.0)\r\n"
        "# Device = Basler::GigECamera\r\n"
        "GainAuto\tOff\r\nGainRaw\t{GainSelector=All}\t0\r\n\r\nDeviceUserID\tleft door \r\n"
    )
    assert parse_settings(text)[1].line == 5
    assert settings_of(text) == [
        FeatureSetting("GainAuto", "Off"),
        FeatureSetting("GainRaw", "0", {"GainSelector": "All"}),
        FeatureSetting("DeviceUserID", "left door "),
    ]


@pytest.mark.parametrize(
    "inner",
    ["{A=1,B=Two}", "{A=1, B=Two}", "{A=1}{B=Two}", "{A=1}\t{B=Two}", "{A=1;B=Two}"],
)
def test_two_selectors_in_each_way_of_writing_them(inner: str) -> None:
    assert settings_of(f"{HEAD}\nX\t{inner}\t5") == [
        FeatureSetting("X", "5", {"A": "1", "B": "Two"})
    ]


def test_a_byte_order_mark_a_file_without_settings_and_an_empty_value() -> None:
    assert settings_of(f"\ufeff{HEAD}") == []
    assert settings_of(f"{HEAD}\nName\t") == [FeatureSetting("Name", "")]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "it is no GenApi persistence file"),
        ("Width\t640\n", 1, "it is no GenApi persistence file"),
        ("[camera]\nserial = 1", 1, "it is no GenApi persistence file"),
        ("# {4709CB3C-7322-4460-84C3-DA11DDA09939}\n[All]", 1, "several sets of settings"),
        (f"{HEAD}\nWidth 640", 2, "wanted a feature, a tab and its value, got 'Width 640'"),
        (f"{HEAD}\n\n# x\n1Width\t640", 4, "'1Width' is no name of a feature"),
        (f"{HEAD}\nGain\t{{GainSelector}}\t6", 2, "wanted {Selector=Value}, got '{GainSelector}'"),
        (f"{HEAD}\nGain\t{{=Red}}\t6", 2, "wanted {Selector=Value}, got '{=Red}'"),
        (f"{HEAD}\nGain\t{{}}\t6", 2, "wanted {Selector=Value}, got nothing in it"),
        (f"{HEAD}\nGain\t{{GainSelector=Red}} 6", 2, "wanted {Selector=Value} and a tab"),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, "night.pfs")
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"night.pfs:{line}: ")


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 10000 settings"):
        parse_settings(HEAD + "\nWidth\t1" * (MOST_SETTINGS + 1))


def test_what_is_written() -> None:
    settings = [
        FeatureSetting("Width", 640),
        FeatureSetting("LineInverter", True, {"LineSelector": 2}),
        FeatureSetting("TimerDuration", 1e-7, {"TimerSelector": "Timer1", "TimerStepSelector": 0}),
    ]
    assert settings_text(settings, device="A::B", notes=["left out: X"]) == (
        f"{HEAD}\n# GenApi persistence file (version 3.1.0)\n# Device = A::B\n# left out: X\n"
        "Width\t640\nLineInverter\t{LineSelector=2}\t1\n"
        "TimerDuration\t{TimerSelector=Timer1,TimerStepSelector=0}\t1e-07\n"
    )


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
VALUES = st.integers() | st.floats(allow_nan=False) | st.booleans() | st.text(max_size=30)
SETTINGS = st.builds(
    FeatureSetting,
    NAMES,
    VALUES.filter(is_writable_value),
    st.dictionaries(NAMES, st.integers() | NAMES, max_size=3),
)


@given(st.lists(SETTINGS, max_size=20), st.text(max_size=30), st.lists(st.text(max_size=20)))
def test_what_is_written_is_read_back(
    settings: list[FeatureSetting], device: str, notes: list[str]
) -> None:
    read = settings_of(settings_text(settings, device=device, notes=notes))
    assert [setting.feature for setting in read] == [s.feature for s in settings]
    for one, other in zip(read, settings, strict=True):
        assert one.selectors == {name: str(value) for name, value in other.selectors.items()}
        if isinstance(other.value, str):
            assert one.value == other.value
        elif isinstance(other.value, bool):
            assert one.value == ("1" if other.value else "0")
        else:
            assert float(one.value) == other.value


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, f"{HEAD}\n{text}"):
        with contextlib.suppress(ConfigError):
            assert len(parse_settings(whole)) <= len(whole)
