from __future__ import annotations

import json
from typing import Any

import pytest

from camstrm.cli.features import _limits, _text
from camstrm.cli.main import main
from tests.fakes.gentl import simulator

CTI = ["--cti", simulator()]


def test_features_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "1", *CTI]) == 0
    captured = capsys.readouterr()
    lines = {line.split()[0]: line for line in captured.out.splitlines()}
    assert lines["FEATURE"].split() == ["FEATURE", "ACCESS", "VALUE", "ALLOWED"]
    assert lines["Width"].endswith("100 to 800")
    assert lines["PixelFormat"].endswith("RGBa8 | Mono8")
    assert lines["AcquisitionFrameRate"].endswith("1 to 200 Hz")
    assert "command" in lines["AcquisitionStart"]
    assert captured.err == ""


def test_features_are_set_first_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set", "Width=0x100", "--set", "Width=5000", "--set", " ChunkModeActive =off"]
    assert main(["features", "2", *CTI, *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "set Width = 256",
        "set Width = 800 (set to 800, the camera allows 100 to 800)",
        "set ChunkModeActive = false",
    ]
    assert any(line.split()[:3] == ["Width", "rw", "800"] for line in lines[3:])


def test_what_could_not_be_set_is_told_and_exit_code_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--set", "Gain=5", "--set", "PixelFormat=RGB12", "--set", "Width=many"]
    assert main(["features", "1", *CTI, *words, "--set", "Height=200"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "camstrm: Gain not set: the camera has no such feature",
        "camstrm: PixelFormat not set: no entry 'RGB12'; available: RGBa8, Mono8",
        "camstrm: Width not set: wanted a number",
    ]
    assert "set Height = 200" in captured.out


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (None, ""), (1.5, "1.5"), (7, "7"), ("Mono8", "Mono8")],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert _text(value) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"type": "boolean"}, "true | false"),
        ({"type": "string"}, ""),
        ({"type": "integer", "min": 1, "max": 5}, "1 to 5"),
        ({"type": "float", "min": 0.5, "max": 2.0, "unit": "us"}, "0.5 to 2 us"),
        ({"type": "enumeration", "entries": ["a", "b"]}, "a | b"),
    ],
)
def test_limits_as_text(row: dict[str, Any], text: str) -> None:
    assert _limits(row) == text
