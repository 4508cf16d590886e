from __future__ import annotations

import os
from pathlib import Path

import pytest

from camstrm.acquisition.features.session import TextSetting, run_feature_session
from camstrm.errors import CameraError, ConfigError
from tests.fakes.gentl.producers import child_environment, simulator
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario


def test_features_of_a_camera_are_set_and_listed() -> None:
    settings = [
        ("PixelFormat", "Mono8"),
        ("Width", "0x140"),
        ("Width", "9999"),
        ("AcquisitionFrameRate", "nan"),
        ("Gain", "5"),
    ]
    answer = run_feature_session(
        simulator(), "1", settings=[TextSetting(*setting) for setting in settings]
    )
    told = [(r.name, r.applied, r.value, r.reason) for r in answer.results]
    assert told == [
        ("PixelFormat", True, "Mono8", ""),
        ("Width", True, 320, ""),
        ("Width", True, 800, "set to 800, the camera allows 100 to 800"),
        ("AcquisitionFrameRate", False, told[3][2], "wanted a number"),
        ("Gain", False, None, "the camera has no such feature"),
    ]
    features = answer.values
    assert (features["Width"], features["PixelFormat"]) == (800, "Mono8")


def test_a_file_is_saved_compared_and_loaded(tmp_path: Path) -> None:
    serial = f"2{os.getpid()}"
    cti = str(build_simulator())
    run = Scenario((CameraSpec(serial),)).write(tmp_path)
    environment = child_environment(**run.variables)
    first = run_feature_session(cti, serial, save="all", listing=False, environment=environment)
    assert first.saved is not None
    assert first.features == []
    assert first.saved.settings > 20
    lines = first.saved.text.splitlines()
    width = next(line for line in lines if line.startswith("Width\t"))
    wanted = first.saved.text.replace(width, "Width\t320")
    second = run_feature_session(cti, serial, diff=wanted, listing=False, environment=environment)
    assert [(d.feature, d.wanted) for d in second.differences] == [("Width", 320)]
    assert second.equal == first.saved.settings - 1
    third = run_feature_session(
        cti, serial, load=wanted, diff=wanted, listing=False, environment=environment
    )
    assert [c.feature for c in third.changes if not c.applied] == []
    assert (third.differences, third.equal) == ([], first.saved.settings)


def test_a_file_that_is_none_is_refused_before_the_camera_is_opened() -> None:
    with pytest.raises(ConfigError, match="it is no GenApi persistence file"):
        run_feature_session("/no.cti", "1", load="Width 640")


def test_a_camera_that_is_not_there() -> None:
    with pytest.raises(CameraError, match="no camera with serial number '77'") as caught:
        run_feature_session(simulator(), "77")
    assert "camstrm list" in caught.value.remedy


def test_a_camera_that_cannot_be_opened(tmp_path: Path) -> None:
    # A serial number of this run's own: a demo on this machine may have a camera "1" open.
    serial = f"1{os.getpid()}"
    cti = str(build_simulator())
    scenario = Scenario((CameraSpec(serial),)).write(tmp_path)
    environment = child_environment(**scenario.variables)
    with scenario.control(serial) as control:
        control.set(busy=1, gbk_errors=1)
    with pytest.raises(CameraError, match="held by another program") as caught:
        run_feature_session(cti, serial, environment=environment, text_encoding="gbk")
    assert "ACCESS_DENIED" in str(caught.value)


def stand_in(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 7", "the process that opens it ended with code 7"),
        ("echo '{'", "the process that opens it gave no answer but '{'"),
        ("echo '{}'", "the process that opened it failed"),
        ("kill -SEGV $$", "the process that opens it was ended by SIGSEGV"),
        (
            """echo 'from the producer'; echo '["at","reading Gain"]'; exit 7""",
            "the process that opens it ended with code 7",
        ),
        (
            """echo '["at","opening it"]'; kill -SEGV $$""",
            "the process that opens it was ended by SIGSEGV",
        ),
        ("exec sleep 60", r"it did not answer within 0\.5 s"),
        (
            """echo '["at","opening it"]'; exec sleep 60""",
            r"it did not answer within 0\.5 s while opening it",
        ),
    ],
)
def test_a_child_that_fails(tmp_path: Path, script: str, problem: str) -> None:
    python = stand_in(tmp_path, script)
    timeout_s = 0.5 if "sleep" in script else 30.0
    with pytest.raises(CameraError, match=problem):
        run_feature_session(simulator(), "1", python=python, timeout_s=timeout_s)


def test_an_interpreter_that_is_not_there() -> None:
    with pytest.raises(CameraError, match="cannot be started: /no/python"):
        run_feature_session(simulator(), "1", python="/no/python")


LISTED = """echo '["feature",{"info":{"name":"%s","type":"integer"},"state":{"access":"RW"}}]'"""
TELLING = f"""
request=$(cat)
case "$request" in
*'"skip":["Bad"]'*) {LISTED % "A"}
    {LISTED % "C"}; echo '["end"]' ;;
*) {LISTED % "A"}; echo '["at","reading Bad"]'
    kill -FPE $$ ;;
esac
"""


def test_a_feature_that_ends_the_process_when_read_is_listed_with_the_rest(tmp_path: Path) -> None:
    answer = run_feature_session(simulator(), "1", python=stand_in(tmp_path, TELLING))
    assert [(f.name, f.state.problem) for f in answer.features] == [
        ("A", ""),
        ("Bad", "the process was ended by SIGFPE while reading it"),
        ("C", ""),
    ]


SETTING = """
request=$(cat)
case "$request" in
*'"name":"Bad"'*) echo '["result",{"name":"A","wanted":1,"applied":true,"value":1}]'
    echo '["at","setting Bad"]'; %s ;;
*) %s ;;
esac
"""

GOOD = """echo '["result",{"name":"C","wanted":3,"applied":true}]'; echo '["end"]'"""
BUSY = """echo '["problem","held by another program","Wait"]'"""
CRASHED = ("Bad", False, "the process was ended by SIGFPE while setting it")


@pytest.mark.parametrize(
    ("bad", "later", "results", "problem"),
    [
        ("kill -FPE $$", GOOD, [CRASHED, ("C", True, "")], ""),
        (
            "kill -FPE $$",
            BUSY,
            [CRASHED, ("C", False, "not tried")],
            "camera 1: held by another program. Wait",
        ),
        (
            "exec sleep 60",
            GOOD,
            [("Bad", False, "not tried"), ("C", False, "not tried")],
            "camera 1: it did not answer within 0.5 s while setting Bad",
        ),
        (
            BUSY,
            GOOD,
            [("Bad", False, "not tried"), ("C", False, "not tried")],
            "camera 1: held by another program. Wait",
        ),
    ],
)
def test_what_was_set_before_a_failure_is_told(
    tmp_path: Path, bad: str, later: str, results: list[tuple[str, bool, str]], problem: str
) -> None:
    answer = run_feature_session(
        simulator(),
        "1",
        settings=[TextSetting(name, "1") for name in ("A", "Bad", "C")],
        listing=False,
        python=stand_in(tmp_path, SETTING % (bad, later)),
        timeout_s=0.5 if "sleep" in bad else 30.0,
    )
    told = [(r.name, r.applied, r.reason) for r in answer.results]
    assert told == [("A", True, ""), *results]
    assert answer.problem == problem
