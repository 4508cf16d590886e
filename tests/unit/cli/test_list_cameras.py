from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from camstrm.cli import settings as settings_module
from camstrm.cli.main import main
from tests.fakes.gentl import fault_variables, forwarding_producer, simulator


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_module, "find_producers", lambda *_: ())


def test_cameras_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--cti", simulator()]) == 0
    captured = capsys.readouterr()
    header, *rows = captured.out.splitlines()
    columns = ["SERIAL", "VENDOR", "MODEL", "NAME", "BUS", "ACCESS", "PRODUCER"]
    assert header.split() == columns
    assert [row.split()[0] for row in rows] == ["0", "1", "2"]
    assert all("Viky" in row and row.endswith(simulator()) for row in rows)
    assert captured.err == ""


def test_cameras_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", "--cti", simulator()]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["serial"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["tl_type"] == "Custom"


def test_names_in_the_maker_s_encoding(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in fault_variables("gbk gbk_names").items():
        monkeypatch.setenv(name, value)
    cti = forwarding_producer(tmp_path_factory, "MvProducerU3V.cti")
    assert main(["list", "--cti", cti]) == 0
    assert capsys.readouterr().out.count("相机") == 3


def test_a_bad_producer_beside_a_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.cti"
    bad.write_text("no library")
    assert main(["list", "--cti", str(bad), "--cti", simulator()]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("Viky") == 3
    assert captured.err.startswith(f"camstrm: GenTL producer {bad}: not a shared library")
    assert captured.err.count("\n") == 1


def test_a_producer_that_crashes_while_it_lists(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CAMSTRM_FORWARD_TO", "/no/such.cti")
    monkeypatch.setenv("CAMSTRM_FORWARD_FAULTS", "")
    cti = forwarding_producer(tmp_path_factory)
    assert main(["list", "--cti", cti]) == 1
    captured = capfd.readouterr()
    assert "crashed while its cameras were listed (signal 6)" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_a_file_that_is_not_there(
    capsys: pytest.CaptureFixture[str], json_option: list[str]
) -> None:
    assert main(["list", "--cti", "/no/such.cti", *json_option]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("camstrm: GenTL producer /no/such.cti: file not found")
    assert captured.out == ("[]\n" if json_option else "")


@pytest.mark.usefixtures("nothing_installed")
def test_nothing_installed_and_nothing_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 2
    assert "Give one with --cti" in capsys.readouterr().err
    assert os.environ.get("CAMSTRM_FORWARD_TO") is None
