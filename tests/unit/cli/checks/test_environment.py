from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.cli.checks.environment import process_environment_findings, variable_findings
from camstrm.cli.checks.finding import Level
from camstrm.config import ProducerSettings
from camstrm.profiles import load_profiles, process_environment

PROFILES = load_profiles()
HIKROBOT = "/opt/MVS/lib/64/MvProducerU3V.cti"


def test_variables_that_camstrm_sets() -> None:
    profile, producer = PROFILES["hikrobot-u3v"], ProducerSettings(HIKROBOT, env={"OWN": "1"})
    environ = {"MVCAM_SDK_PATH": "/opt/MVS"}
    environment = process_environment(profile, HIKROBOT, environ, extra=producer.env)
    (finding,) = process_environment_findings(producer, profile, environment, environ)
    assert finding.level is Level.OK
    assert "LD_LIBRARY_PATH, MVCAM_COMMON_RUNENV" in finding.text
    assert "OWN" in finding.text
    assert "MVCAM_SDK_PATH" not in finding.text
    assert not list(process_environment_findings(producer, profile, environment, environment))


def check(environ: dict[str, str], *producers: ProducerSettings) -> list[tuple[str, str]]:
    found = list(variable_findings(PROFILES, producers, environ))
    assert all(finding.level is Level.WARN for finding in found)
    return [(finding.subject.removeprefix("variable "), finding.remedy) for finding in found]


@pytest.mark.parametrize("name", ["SPINNAKER_GENTL64_CTI", "FLIR_GENTL64_CTI_VS140", "MY_CTI"])
def test_a_variable_that_names_no_file(tmp_path: Path, name: str) -> None:
    assert check({name: str(tmp_path / "no.cti")}) == [(name, f"unset {name}")]
    file = tmp_path / "Spinnaker_GenTL.cti"
    file.write_text("")
    assert check({name: str(file)}) == []
    assert check({name: ""}) == []


def test_the_file_that_it_should_name(tmp_path: Path) -> None:
    file = tmp_path / "Spinnaker_GenTL.cti"
    file.write_text("")
    name = "SPINNAKER_GENTL64_CTI"
    told = check({name: "/no.cti"}, ProducerSettings(str(file)))
    assert told == [(name, f"export {name}={file}")]


def test_folders_of_producers(tmp_path: Path) -> None:
    good, empty = tmp_path / "good", tmp_path / "empty"
    good.mkdir()
    empty.mkdir()
    (good / "a.cti").write_text("")
    name = "GENICAM_GENTL64_PATH"
    assert check({name: f"{good}:"}) == []
    assert check({name: f"{good}:{empty}"}) == [(name, f"export {name}={good}")]
    assert check({name: str(tmp_path / "no")}) == [(name, f"unset {name}")]


def test_places_that_cannot_be_looked_at() -> None:
    """As a folder of another user is, but for root."""
    place = "/" + "x" * 300
    names = ["MY_CTI", "GENICAM_GENTL64_PATH"]
    assert check(dict.fromkeys(names, place)) == [(name, f"unset {name}") for name in names]


def test_a_maker_s_folder(tmp_path: Path) -> None:
    assert check({"MVCAM_COMMON_RUNENV": str(tmp_path)}) == []
    assert check({"MVCAM_COMMON_RUNENV": str(tmp_path / "no")})[0][0] == "MVCAM_COMMON_RUNENV"


def test_a_maker_s_libusb_in_every_program_s_way(tmp_path: Path) -> None:
    (tmp_path / "libusb-1.0.so.0").write_text("")
    producer = ProducerSettings(str(tmp_path / "MvProducerU3V.cti"))
    name = "LD_LIBRARY_PATH"
    assert check({name: f"{tmp_path}:/other"}, producer) == [(name, f"export {name}=/other")]
    assert check({name: "/other"}, producer) == []
