import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.config import Config
from camstrm.config.mistake import Mistake, mistakes
from camstrm.profiles.profile_file import ProfileFile


def first_mistake(data: dict[str, Any], kind: type[msgspec.Struct] = Config) -> Mistake | None:
    return next(mistakes(data, kind), None)


@pytest.mark.parametrize(
    ("data", "path", "problem"),
    [
        ({"stream": {"fsp": 1}}, ("stream", "fsp"), "unknown key 'fsp', did you mean 'fps'?"),
        ({"steam": {}}, ("steam",), "unknown key 'steam', did you mean 'stream'?"),
        (
            {"socket": {"zzz": 1}},
            ("socket", "zzz"),
            "unknown key 'zzz' (known here: path, allowed_uids)",
        ),
        ({"stream": {"fps": 0}}, ("stream", "fps"), "wanted 1 to 60, got 0"),
        ({"stream": {"fps": 60.5}}, ("stream", "fps"), "wanted 1 to 60, got 60.5"),
        ({"stream": {"fps": float("nan")}}, ("stream", "fps"), "wanted 1 to 60, got nan"),
        ({"stream": {"fps": float("inf")}}, ("stream", "fps"), "wanted 1 to 60, got inf"),
        ({"stream": {"fps": "30"}}, ("stream", "fps"), "wanted a number, got a string"),
        ({"stream": {"fps": True}}, ("stream", "fps"), "wanted a number, got a boolean"),
        ({"stream": {"quality": 80.0}}, ("stream", "quality"), "wanted an integer, got a number"),
        ({"stream": 3}, ("stream",), "wanted a table, got an integer"),
        ({"bridge": {"auth": 1}}, ("bridge", "auth"), "wanted a boolean, got an integer"),
        ({"bridge": {"port": 0}}, ("bridge", "port"), "wanted 1 to 65535, got 0"),
        ({"bridge": {"host": ""}}, ("bridge", "host"), "must not be empty"),
        ({"bridge": {"host": "a\0"}}, ("bridge", "host"), "wanted a string without NUL characters"),
        (
            {"bridge": {"allowed_hosts": "a"}},
            ("bridge", "allowed_hosts"),
            "wanted an array, got a string",
        ),
        (
            {"bridge": {"allowed_origins": ["https://a", "https://a/b"]}},
            ("bridge", "allowed_origins", 1),
            "wanted scheme, host and port only, as 'https://host:8443', got 'https://a/b'",
        ),
        (
            {"socket": {"allowed_uids": [0, -1]}},
            ("socket", "allowed_uids", 1),
            "wanted 0 to 4294967294, got -1",
        ),
        (
            {"camera": {"serial": "1"}},
            ("camera",),
            "wanted an array of tables, got a table, written [[camera]]",
        ),
        ({"camera": [{}]}, ("camera", 0, "serial"), "is missing"),
        (
            {"camera": [{"serial": "1", "rotation": 45}]},
            ("camera", 0, "rotation"),
            "wanted 0, 90, 180 or 270, got 45",
        ),
        (
            {"camera": [{"serial": "1", "rotation": False}]},
            ("camera", 0, "rotation"),
            "wanted 0, 90, 180 or 270, got a boolean",
        ),
        (
            {"camera": [{"serial": "1", "rotation": "90"}]},
            ("camera", 0, "rotation"),
            "wanted 0, 90, 180 or 270, got a string",
        ),
        (
            {"camera": [{"serial": "1", "mirror": "left"}]},
            ("camera", 0, "mirror"),
            "wanted a boolean, got a string",
        ),
        (
            {"camera": [{"serial": 123}]},
            ("camera", 0, "serial"),
            (
                "wanted a string, got an integer; put quotes round it: serial numbers are strings, "
                "leading zeros count"
            ),
        ),
        (
            {"camera": [{"serial": "1", "name": "a/b"}]},
            ("camera", 0, "name"),
            (
                "wanted a name without '/' and control characters that neither begins nor ends "
                "with a blank (it stands in URLs), got 'a/b'"
            ),
        ),
        (
            {"camera": [{"serial": "1", "name": "a\n"}]},
            ("camera", 0, "name"),
            (
                "wanted a name without '/' and control characters that neither begins nor ends "
                "with a blank (it stands in URLs), got 'a\\n'"
            ),
        ),
        (
            {"camera": [{"serial": "1", "features": {"Gain": [1]}}]},
            ("camera", 0, "features", "Gain"),
            "wanted a boolean, an integer, a number or a string, got an array",
        ),
        (
            {"camera": [{"serial": "1", "features": {"Gain": dt.date(2020, 1, 1)}}]},
            ("camera", 0, "features", "Gain"),
            "wanted a boolean, an integer, a number or a string, got a date or time",
        ),
        (
            {"camera": [{"serial": "1", "features": {"Gain": 2**64}}]},
            ("camera", 0, "features", "Gain"),
            "wanted a finite number of at most 64 bits, got 18446744073709551616",
        ),
        (
            {"camera": [{"serial": "1", "features": {"Gain": float("inf")}}]},
            ("camera", 0, "features", "Gain"),
            "wanted a finite number of at most 64 bits, got inf",
        ),
        (
            {"camera": [{"serial": "1", "features": {"A b": 1}}]},
            ("camera", 0, "features", "A b"),
            (
                "wanted a GenICam feature name, as Gain or as "
                "BalanceRatio[BalanceRatioSelector=Red], got 'A b'"
            ),
        ),
        ({"producer": [{"profile": "x"}]}, ("producer", 0, "cti"), "is missing"),
    ],
)
def test_first_mistake(data: dict[str, Any], path: tuple[str | int, ...], problem: str) -> None:
    assert first_mistake(data) == (path, problem)


@pytest.mark.parametrize("key", ["match", "usb", "process", "num_buffers"])
@pytest.mark.parametrize(
    ("value", "came"), [("producer", "a string"), (3, "an integer"), ([], "an array")]
)
def test_a_table_that_may_be_left_out(key: str, value: object, came: str) -> None:
    data = {"name": "a", key: value}
    assert first_mistake(data, ProfileFile) == ((key,), f"wanted a table, got {came}")


def test_integers_do_for_numbers() -> None:
    assert first_mistake({"stream": {"fps": 25}}) is None


def test_the_first_in_the_order_written_is_named() -> None:
    data = {"bridge": {"port": -1}, "stream": {"fps": 0}}
    mistake = first_mistake(data)
    assert mistake is not None
    assert mistake.path == ("bridge", "port")


def test_all_are_found() -> None:
    data = {
        "stream": {"fps": 0, "qualty": 80, "quality": "best"},
        "camera": [{"name": "a"}, {"serial": "1", "features": {"A b": [], "Gain": 2}}],
    }
    assert [path for path, _ in mistakes(data, Config)] == [
        ("stream", "fps"),
        ("stream", "qualty"),
        ("stream", "quality"),
        ("camera", 0, "serial"),
        ("camera", 1, "features", "A b"),
        ("camera", 1, "features", "A b"),
    ]


def test_too_many_cameras() -> None:
    mistake = first_mistake({"camera": [{"serial": "1"}] * 257})
    assert mistake == (("camera",), "wanted at most 256 entries, got 257")


scalars = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.none()
)
names = st.sampled_from(
    ["stream", "camera", "producer", "bridge", "fps", "serial", "cti", "features", "port", "x"]
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(names, trees, max_size=4))
def test_what_has_no_mistake_msgspec_accepts(data: dict[str, Any]) -> None:
    if first_mistake(data) is None:
        assert isinstance(msgspec.convert(data, Config), Config)


@given(st.dictionaries(names, trees, max_size=4))
def test_what_msgspec_refuses_has_a_mistake(data: dict[str, Any]) -> None:
    try:
        msgspec.convert(data, Config)
    except msgspec.ValidationError:
        assert first_mistake(data) is not None
