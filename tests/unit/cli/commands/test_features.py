from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from camstrm.acquisition.features.facts import ListedFeature
from camstrm.cli.feature_output import _limits, _text, _value
from camstrm.cli.main import main
from camstrm.feature import FeatureInfo, FeatureState
from tests.fakes.gentl.producers import simulator
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario
from tests.vectors import layout

CTI = ["--cti", simulator()]


def test_features_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "1", *CTI]) == 0
    captured = capsys.readouterr()
    lines = {line.split()[0]: line for line in captured.out.splitlines()}
    assert lines["FEATURE"].split() == ["FEATURE", "ACCESS", "VALUE", "ALLOWED"]
    assert lines["Width"].endswith("100 to 800")
    assert lines["PixelFormat"].endswith("RGBa8 | Mono8")
    assert lines["AcquisitionFrameRate"].endswith("1 to 200, steps of 1 Hz")
    assert "command" in lines["AcquisitionStart"]
    assert captured.err == ""


def test_only_what_is_set_is_printed_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set", "Width=0x100", "--set", "Width=5000", "--set", " ChunkModeActive =off"]
    assert main(["features", "2", *CTI, *words]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "set Width = 256",
        "set Width = 800 (set to 800, the camera allows 100 to 800)",
        "set ChunkModeActive = false",
    ]


def test_what_could_not_be_set_is_told_and_exit_code_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--set", "widht=5", "--set", "PixelFormat=RGB12", "--set", "Width=many"]
    words += ["--set", "AcquisitionStop=true"]
    assert main(["features", "1", *CTI, *words, "--set", "Height=200"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "camstrm: widht not set: the camera has no such feature; did you mean Width?",
        "camstrm: PixelFormat not set: no entry 'RGB12'; available: RGBa8, Mono8",
        "camstrm: Width not set: wanted a number",
    ]
    assert captured.out.splitlines() == ["executed AcquisitionStop", "set Height = 200"]


def test_features_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "1", *CTI, "--json", "--set", "Gain=5"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert body["results"][0]["applied"] is False
    assert any(row["name"] == "Width" for row in body["features"])


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["77", *CTI], 1, "no camera with serial number '77'"),
        (["1", "--cti", "/no/such.cti"], 1, "file not found"),
        (["77", "--cti", "/no/such.cti", *CTI], 1, "no camera with serial number '77'"),
        (["1", *CTI, "--set", "Width"], 2, "--set wants NAME=VALUE, got 'Width'"),
        (["1", *CTI, "--set", "=5"], 2, "--set wants NAME=VALUE"),
    ],
)
def test_what_cannot_be_done(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, text: str
) -> None:
    assert main(["features", *words]) == code
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.out == ""


def test_a_bad_producer_before_the_good_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "1", "--cti", "/no/such.cti", *CTI]) == 0
    captured = capsys.readouterr()
    assert "camstrm: GenTL producer /no/such.cti: file not found" in captured.err
    assert "Width" in captured.out


def test_features_are_found_by_name_and_tool_tip(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "1", *CTI, "--find", "FRAMERATE"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["FEATURE", "ACCESS", "VALUE", "ALLOWED", "TOOLTIP"]
    assert lines
    assert all("framerate" in line.casefold() for line in lines)
    assert main(["features", "1", *CTI, "--find", "no such thing"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "camstrm: no feature has 'no such thing' in its name, display name or tool tip\n"
    )


def test_features_are_saved_loaded_and_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "one.pfs")
    assert main(["features", "1", *CTI, "--set", "Width=320", "--save", file]) == 0
    captured = capsys.readouterr()
    assert captured.out == "set Width = 320\n"
    assert f" settings to {file}" in captured.err
    assert "Width\t320\n" in Path(file).read_text()
    # The simulator forgets what was set when it is closed.
    assert main(["features", "1", *CTI, "--diff", file]) == 1
    assert capsys.readouterr().out.splitlines()[:1] == ["Width: 400 in the camera, 320 in the file"]
    assert main(["features", "1", *CTI, "--load", file, "--diff", file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("set ")
    assert lines[1].startswith("0 differ, ")


def test_a_configuration_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "camstrm.toml"
    config.write_text('[[camera]]\nserial = "1"\nfeatures = { Width = 320, Height = 400 }\n')
    assert main(["features", "1", *CTI, "--diff", str(config)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Width: 400 in the camera, 320 in the file",
        "1 differ, 1 are equal",
    ]


@pytest.mark.parametrize(
    ("option", "content", "text"),
    [
        ("--load", "hello", "it is no GenApi persistence file"),
        ("--diff", "hello", "it is no GenApi persistence file"),
        ("--load", None, "cannot be read (No such file or directory)"),
        ("--keep", "", "only a running one knows what was set"),
    ],
)
def test_files_that_cannot_be_used(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    content: str | None,
    text: str,
) -> None:
    file = tmp_path / "one.pfs"
    if content is not None:
        file.write_text(content)
    assert main(["features", "1", *CTI, option, str(file)]) == 2
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.out == ""


NODE_MAPS = Path(layout.__file__).parent / "node_maps"


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Cameras with node maps of their own; the words that name their producer."""
    cameras = tuple(
        CameraSpec(name, xml_file=NODE_MAPS / f"{name}.xml", memory_file=NODE_MAPS / f"{name}.mem")
        for name in ("wo", "inc_int")
    )
    auto = CameraSpec("auto", flavour="hikrobot", vendor="Hikrobot")
    run = Scenario((*cameras, auto)).write(tmp_path)
    for name, value in run.variables.items():
        monkeypatch.setenv(name, value)
    return ["--cti", str(build_simulator())]


def test_every_feature_is_there_with_its_exact_value_or_the_reason(
    foreign: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["features", "wo", *foreign]) == 0
    lines = {
        line.split()[0]: line.split(None, 2)[1:] for line in capsys.readouterr().out.splitlines()
    }
    assert lines["Weird"][1].startswith("? (it holds 0, which none of its entries has)")
    assert lines["ErasedText"][1].startswith("? (its bytes are not UTF-8: ff ff")
    assert lines["lowerCaseFeature"][1].split() == ["A", "A"]
    assert lines["SecretKey"][0] == "wo"
    assert lines["BigMax"][1].split() == ["1234567", "0", "to", "1234567"]
    assert lines["ExposureTime"][1].split() == ["1234567.89", "10", "to", "10000000", "us"]
    assert lines["Temp"][1].split() == ["Infinity", "any", "number"]
    assert lines["Width"][1].split(None, 1)[1] == "16 to 4096, steps of 16"

    assert main(["features", "wo", *foreign, "--json"]) == 0

    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    body = json.loads(capsys.readouterr().out, parse_constant=refuse)
    rows = {row["name"]: row for row in body["features"]}
    assert (rows["Temp"]["value"], rows["NanTemp"]["value"]) == ("Infinity", "NaN")
    assert rows["Weird"]["problem"] == "it holds 0, which none of its entries has"
    assert math.isclose(rows["ExposureTime"]["value"], 1234567.89)


def test_a_float_behind_an_integer_without_a_step_is_refused_and_does_not_crash(
    foreign: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--set", "Width=320", "--set", "ExposureTime=1500", "--set", "Height=100"]
    assert main(["features", "inc_int", *foreign, *words]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["set Width = 320", "set Height = 100"]
    assert captured.err == (
        "camstrm: ExposureTime not set: the camera says that its increment is 0: it cannot be set\n"
    )
    assert main(["features", "inc_int", *foreign, "--set", "ExposureTime=1000"]) == 0, "as it is"


def test_the_automatic_is_switched_off_first(
    foreign: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["features", "auto", *foreign, "--set", "ExposureTime=500"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "set ExposureAuto = Off (so that ExposureTime can be set)",
        "set ExposureTime = 500",
    ]
    assert main(["features", "auto", *foreign, "--set", "GainRaw=5"]) == 1
    assert capsys.readouterr().out == "", "nothing is switched off for a feature that is not there"
    words = ["--set", "ExposureAuto=Continuous", "--set", "ExposureTime=500"]
    assert main(["features", "auto", *foreign, *words]) == 1, "what is given itself is not changed"
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["set ExposureAuto = Continuous"]
    assert captured.err == (
        "camstrm: ExposureTime not set: not available now: another setting hides it\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, ""),
        (1.5, "1.5"),
        (7, "7"),
        ("Mono8", "Mono8"),
        (1234567.89, "1234567.89"),
        (2**63 - 1, "9223372036854775807"),
        (100.0, "100"),
        (1e-7, "1e-07"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert _text(value) == text


def feature(kind: str, *, unit: str = "", **facts: Any) -> ListedFeature:
    return ListedFeature(FeatureInfo("A", kind, unit=unit), FeatureState("RW", **facts))


@pytest.mark.parametrize(
    ("described", "text"),
    [
        (feature("boolean"), "true | false"),
        (feature("string"), ""),
        (feature("register"), "register (bytes, not shown)"),
        (feature("integer", minimum=1, maximum=5, increment=1), "1 to 5"),
        (feature("integer", minimum=16, maximum=4096, increment=16), "16 to 4096, steps of 16"),
        (feature("float", minimum=0.5, maximum=2.0, unit="us"), "0.5 to 2 us"),
        (
            feature("float", minimum=0.5, maximum=2.0, increment=0.5, unit="us"),
            "0.5 to 2, steps of 0.5 us",
        ),
        (feature("integer", minimum=0), "from 0"),
        (feature("integer", maximum=9), "up to 9"),
        (feature("integer", minimum=0, maximum=1234567), "0 to 1234567"),
        (feature("integer"), "any number"),
        (
            feature("integer", minimum=64, maximum=32),
            "minimum 64 is above maximum 32: the camera contradicts itself",
        ),
        (feature("enumeration", entries=("a", "b")), "a | b"),
    ],
)
def test_limits_as_text(described: ListedFeature, text: str) -> None:
    assert _limits(described) == text


def test_a_value_that_cannot_be_read_is_a_question_mark() -> None:
    assert _value(FeatureState("RW", problem="it is asleep")) == "? (it is asleep)"
    assert _value(FeatureState("WO")) == ""
    assert _value(FeatureState("NA", locked_by="A is Off")) == "? (not available now: A is Off)"
