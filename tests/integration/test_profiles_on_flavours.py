"""The profile of each maker drives the matching flavour of the simulator.

Every feature of the plan is applied, in the plan's order and with the value that the
camera then tells, or reported.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest

from camstrm.config import CameraSettings, FeatureValue
from camstrm.profiles import FeatureStep
from camstrm.profiles.profile import STAGES
from tests.fakes.gentl.profile_child import Applied, Result, apply_profile
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

TIMEOUT_S = 60.0
FORMATS = ("BayerRG8", "Mono8")
EXPOSURE_US = 3000
RATE = 50.0


@dataclass(frozen=True)
class Maker:
    """A simulated camera and the profile that it must get; ``own``: what only it has."""

    camera: CameraSpec
    profile: str
    own: dict[str, FeatureValue] = field(default_factory=dict)


def spec(vendor: str, flavour: str, bus: str, **more: Any) -> CameraSpec:
    return CameraSpec(
        f"{flavour}-{bus}",
        vendor=vendor,
        flavour=flavour,
        bus=bus,
        frame_rate=200.0,
        formats=FORMATS,
        **more,
    )


GEV: dict[str, FeatureValue] = {"GevHeartbeatTimeout": 5000, "GevSCPD": 0}

MAKERS = (
    Maker(spec("Hikrobot", "hikrobot", "U3V"), "hikrobot-u3v", {"ImageCompressionMode": "Off"}),
    Maker(spec("Hikrobot", "hikrobot", "GEV"), "hikrobot-gev", {**GEV, "GevSCPSPacketSize": 1500}),
    Maker(spec("FLIR", "flir", "U3V"), "flir-u3v"),
    Maker(spec("FLIR", "flir", "GEV"), "flir-gev", GEV),
    Maker(
        spec("Point Grey Research", "flir-old", "U3V"),
        "flir-u3v",
        {"AcquisitionFrameRateAuto": "Off"},
    ),
)


def makers(*quick: str) -> pytest.MarkDecorator:
    """Run a test for each maker, all but these only in the long form."""
    return pytest.mark.parametrize(
        "maker",
        [
            pytest.param(
                maker,
                id=maker.camera.serial,
                marks=[] if maker.camera.serial in quick else [pytest.mark.slow],
            )
            for maker in MAKERS
        ],
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunnableScenario:
    cameras = tuple(maker.camera for maker in MAKERS)
    return Scenario(cameras).write(tmp_path_factory.mktemp("makers"))


def applied(run: RunnableScenario, maker: Maker, **features: FeatureValue) -> Applied:
    settings = CameraSettings(serial=maker.camera.serial, features=features)
    return apply_profile(str(build_simulator()), settings, run.variables)


def told(run: RunnableScenario, maker: Maker) -> dict[str, Any]:
    """Return name and value of each feature, as ``camstrm features`` reads them again."""
    command = [sys.executable, "-m", "camstrm", "features", maker.camera.serial, "--json"]
    done = subprocess.run(
        [*command, "--cti", str(build_simulator())],
        env={**os.environ, **run.variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    return {row["name"]: row["value"] for row in body["features"]}


def results_of(done: Applied, name: str) -> list[Result]:
    return [result for result in done.results if result.name == name]


def in_order(done: Applied) -> list[tuple[FeatureStep, list[Result]]]:
    """Return the results of each step; those that do not follow the plan's order fail."""
    waiting = list(done.results)
    steps: list[tuple[FeatureStep, list[Result]]] = []
    for step in done.steps:
        own: list[Result] = []
        while waiting and waiting[0].name in step.names and belongs(waiting[0], step):
            own.append(waiting.pop(0))
        steps.append((step, own))
    assert not waiting, f"out of order: {waiting[0]}"
    return steps


def belongs(result: Result, step: FeatureStep) -> bool:
    return step.value is None or result.wanted == step.value


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, float) and isinstance(wanted, (int, float)):
        return math.isclose(value, wanted, rel_tol=0.02)
    return bool(value == wanted)


@makers(*(maker.camera.serial for maker in MAKERS))
def test_each_feature_is_applied_or_reported(run: RunnableScenario, maker: Maker) -> None:
    done = applied(run, maker, ExposureTime=EXPOSURE_US, AcquisitionFrameRate=RATE, Width=320)
    assert done.profile == maker.profile
    assert done.steps
    # The order is that of the stages, and of the plan within each.
    stages = [STAGES.index(step.stage) for step in done.steps]
    assert stages == sorted(stages)
    report = "\n".join(done.log)
    last: dict[str, Result] = {}
    for step, results in in_order(done):
        assert results or step.keep_if_decodable, step.names
        for result in results:
            assert result.applied or result.reason
            if result.applied:
                last[result.name] = result
            else:
                assert result.name in report
                assert not step.required, str(result)
    # A camera that is opened again says the same as when it was written.
    values = told(run, maker)
    for name, result in last.items():
        if result.value is not None and name != "TriggerMode":
            assert same(values[name], result.value), name
    for name, value in maker.own.items():
        assert values[name] == value, name
    assert same(values["ExposureTime"], EXPOSURE_US)
    assert values["ExposureAuto"] == "Off"
    assert same(values["AcquisitionFrameRate"], RATE)
    assert (values["Width"], values["OffsetX"], values["OffsetY"]) == (320, 0, 0)
    assert values["PixelFormat"] == "BayerRG8"


@makers("flir-old-U3V")
def test_the_frame_rate_is_last_and_the_exposure_by_hand(
    run: RunnableScenario, maker: Maker
) -> None:
    done = applied(run, maker, AcquisitionFrameRate=RATE, ExposureTime=EXPOSURE_US, Gain=1.0)
    names = [result.name for result in done.results if result.applied]
    assert names[-1] == "AcquisitionFrameRate"
    enable = "AcquisitionFrameRateEnable"
    assert names[-2] in (enable, f"{enable}d")
    assert names.index("ExposureAuto") < names.index("ExposureTime")
    assert results_of(done, "ExposureAuto")[0].value == "Off"
    assert results_of(done, "GainAuto")[0].value == "Off"
    assert names.index("GainAuto") < names.index("Gain")


@makers("hikrobot-GEV")
def test_the_trigger_is_switched_on_after_its_source(run: RunnableScenario, maker: Maker) -> None:
    # Written the wrong way round by the user.
    done = applied(run, maker, TriggerMode="On", TriggerSource="Software")
    (source,) = results_of(done, "TriggerSource")
    assert source.applied
    modes = [r for r in results_of(done, "TriggerMode") if r.wanted == "On"]
    assert [mode.value for mode in modes] == ["On"]
    names = [step.names[0] for step in done.steps if step.origin == "config"]
    assert names == ["TriggerSource", "TriggerMode"]
    assert told(run, maker)["TriggerMode"] == "On"
    # The profile switches it off again where the configuration does not want it.
    done = applied(run, maker)
    assert told(run, maker)["TriggerMode"] == "Off"


@makers("flir-U3V")
def test_a_region_that_does_not_fit_is_clamped_and_reported(
    run: RunnableScenario, maker: Maker
) -> None:
    done = applied(run, maker, Width=333, Height=5000, OffsetX=77)
    values = told(run, maker)
    reasons = {
        "Width": (333, ": steps of "),
        "Height": (5000, ", the camera allows"),
        "OffsetX": (77, ": steps of "),
    }
    for name, (wanted, reason) in reasons.items():
        result = results_of(done, name)[-1]
        assert result.applied
        assert result.wanted == wanted
        assert result.value == values[name] != wanted
        assert result.reason.startswith(f"set to {values[name]}{reason}")
        assert any(line.startswith("INFO") and result.reason in line for line in done.log)
    assert values["Width"] % 4 == values["OffsetX"] % 4 == 0
    assert values["Height"] == maker.camera.height


@makers("hikrobot-U3V")
def test_what_cannot_be_applied_is_a_warning_with_the_reason(
    run: RunnableScenario, maker: Maker
) -> None:
    done = applied(run, maker, PixelFormat="Mono12p", NoSuchFeature=1)
    (pixel_format,) = results_of(done, "PixelFormat")
    assert not pixel_format.applied
    assert "available: " in pixel_format.reason
    assert "Mono8" in pixel_format.reason
    (missing,) = results_of(done, "NoSuchFeature")
    assert not missing.applied
    for result in (pixel_format, missing):
        assert any(x.startswith("WARNING") and result.reason in x for x in done.log)
