"""The makers' features under real Harvesters and GenApi."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.harvesters_child import play
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

SYMBOLS = ("Mono8", "Mono10Packed", "Mono12p", "BayerRG8", "RGB8Packed", "YUV422Packed")

HIKROBOT = CameraSpec(
    "DA1", vendor="Hikrobot", flavour="hikrobot", bus="GEV", frame_rate=200.0, formats=SYMBOLS
)
FLIR = CameraSpec("F1", vendor="FLIR", flavour="flir", bus="GEV", formats=SYMBOLS)
FLIR_OLD = CameraSpec(
    "F2", vendor="Point Grey Research", flavour="flir-old", formats=SYMBOLS, zipped_xml=True
)
GENERIC = CameraSpec("G1", bus="Custom", formats=("Mono8",))
CAMERAS = (HIKROBOT, FLIR, FLIR_OLD, GENERIC)

COMMON = set(
    "Width Height OffsetX OffsetY PixelFormat PayloadSize AcquisitionMode AcquisitionStart "
    "AcquisitionStop AcquisitionFrameRate ExposureAuto ExposureTime ExposureMode "
    "Gain GainAuto TriggerSelector TriggerMode TriggerSource TriggerActivation TriggerSoftware "
    "UserSetSelector UserSetLoad DeviceTemperature DeviceSerialNumber DeviceUserID ChunkModeActive "
    "BinningHorizontal DecimationVertical DeviceLinkThroughputLimit".split()
)
GEV = set("GevSCPSPacketSize GevSCPD GevHeartbeatTimeout GevGVCPHeartbeatDisable".split())
OWN = {
    "DA1": {
        "AcquisitionFrameRateEnable",
        "ResultingFrameRate",
        "ImageCompressionMode",
        "DeviceLinkThroughputLimitMode",
        "GevIEEE1588",
        *GEV,
    },
    "F1": {
        "AcquisitionFrameRateEnable",
        "AcquisitionResultingFrameRate",
        "GevIEEE1588Mode",
        "TriggerOverlap",
        *GEV,
    },
    "F2": {"AcquisitionFrameRateEnabled", "AcquisitionFrameRateAuto", "UserSetDefaultSelector"},
    "G1": {"AcquisitionFrameRateEnable", "AcquisitionResultingFrameRate"},
}
FOREIGN = {
    "DA1": {"AcquisitionFrameRateAuto", "AcquisitionFrameRateEnabled", "TriggerOverlap"},
    "F1": {"AcquisitionFrameRateAuto", "ImageCompressionMode", "DeviceLinkThroughputLimitMode"},
    "F2": {"AcquisitionFrameRateEnable", "ImageCompressionMode", *GEV},
    "G1": {"ImageCompressionMode", *GEV},
}


@pytest.fixture
def scenario(write_scenario: Callable[[Scenario], RunnableScenario]) -> RunnableScenario:
    return write_scenario(Scenario(CAMERAS))


@pytest.fixture
def run_script(scenario: RunnableScenario, camsim: Path) -> Callable[..., list[Any]]:
    def run(serial: str, *steps: list[Any]) -> list[Any]:
        results: list[Any] = play(
            "script", scenario.variables, cti=camsim, serial=serial, steps=steps
        )
        return results

    return run


@pytest.mark.parametrize("serial", [camera.serial for camera in CAMERAS])
def test_every_feature_is_read_and_written(
    scenario: RunnableScenario, camsim: Path, serial: str
) -> None:
    told = play("walk", scenario.variables, cti=camsim, serial=serial)
    names = set(told["names"]["remote"])
    assert COMMON | OWN[serial] <= names
    assert not FOREIGN[serial] & names
    assert told["refused"] == []
    # All but those that are not there now (exposure while it is automatic, gamma when off).
    readable = {row["name"] for row in told["rows"]["remote"]}
    assert COMMON - readable <= {"ExposureTime"}
    stream = {row["name"]: row for row in told["rows"]["stream"]}
    assert "NewestOnly" in stream["StreamBufferHandlingMode"]["entries"]
    values = {row["name"]: row["value"] for row in told["rows"]["remote"]}
    assert values["DeviceSerialNumber"] == serial
    assert values["PixelFormat"] == "Mono8"


def test_hikrobot(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "DA1",
        ["entries", "PixelFormat"],
        ["get", "ExposureTime"],
        ["set", "ExposureAuto", "Off"],
        ["set", "ExposureTime", 10000.0],
        ["limits", "AcquisitionFrameRate"],
        ["set", "ExposureTime", 100.0],
        ["set", "AcquisitionFrameRate", 50.0],
        ["get", "ResultingFrameRate"],
        ["set", "AcquisitionFrameRateEnable", True],
        ["get", "ResultingFrameRate"],
        ["entries", "ImageCompressionMode"],
        ["entries", "TriggerSelector"],
        ["limits", "GevSCPSPacketSize"],
        ["get", "GevHeartbeatTimeout"],
    )
    assert results[0] == list(SYMBOLS)
    assert results[1] is None, "not available while the automatic is on"
    assert results[2:4] == [True, True]
    assert results[4][1] == pytest.approx(1e6 / 10020)
    assert results[5:9] == [True, True, 200.0, True]
    assert results[9] == 50.0
    assert results[10:] == [["Off", "HB"], ["FrameBurstStart"], [220, 9156], 3000]


def test_flir(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "F1",
        ["set", "ExposureTime", 1000.0],
        ["set", "ExposureAuto", "Off"],
        ["set", "ExposureTime", 1000.0],
        ["set", "AcquisitionFrameRate", 10.0],
        ["set", "AcquisitionFrameRateEnable", True],
        ["set", "AcquisitionFrameRate", 10.0],
        ["get", "AcquisitionResultingFrameRate"],
        ["entries", "TriggerSelector"],
        ["set", "BinningHorizontal", 2],
        ["set", "DecimationHorizontal", 2],
        ["get", "Width"],
        ["limits", "DeviceLinkThroughputLimit"],
        ["clamp", "DeviceLinkThroughputLimit", 2_000_000],
        ["limits", "AcquisitionFrameRate"],
    )
    assert results[0] == "not writable now"
    assert results[1:3] == [True, True]
    assert results[3:6] == ["not writable now", True, True]
    assert results[6] == 10.0
    assert results[7] == ["AcquisitionStart", "FrameStart", "FrameBurstStart"]
    assert results[8] is True
    assert results[9] is not True, "binning and decimation exclude each other"
    assert results[10] == 320
    assert results[11] == [1_000_000, 125_000_000]
    assert results[13][1] == pytest.approx(2_000_000 / (320 * 480))


def test_old_flir(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "F2",
        ["set", "AcquisitionFrameRateEnabled", True],
        ["set", "AcquisitionFrameRate", 10.0],
        ["set", "AcquisitionFrameRateAuto", "Off"],
        ["set", "AcquisitionFrameRate", 10.0],
        ["get", "AcquisitionFrameRate"],
        ["entries", "UserSetSelector"],
    )
    assert results[:5] == [True, "not writable now", True, True, 10.0]
    assert results[5] == ["Default", "UserSet0", "UserSet1"]


def test_size_offsets_and_locked_parameters(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "G1",
        ["set", "Width", 322],
        ["set", "Width", 320],
        ["set", "OffsetX", 321],
        ["set", "OffsetX", 320],
        ["limits", "Width"],
        ["get", "TLParamsLocked"],
        ["start"],
        ["get", "TLParamsLocked"],
        ["fetch"],
        ["set", "Width", 160],
        ["set", "PixelFormat", "Mono8"],
        ["set", "OffsetX", 0],
        ["stop"],
        ["set", "Width", 640],
        ["start"],
        ["fetch"],
    )
    assert results[0] is not True, "320, 324, ... only"
    assert results[1] is True
    assert results[2] is not True, "beyond WidthMax - Width"
    assert results[3:5] == [True, [64, 320]]
    assert (results[5], results[7]) == (0, 1)
    assert results[8] == [320, 480, 320 * 480]
    assert results[9] == "not writable now"
    assert results[11] is True, "offsets move while streaming"
    assert results[13] is True
    assert results[15] == [640, 480, 640 * 480]


def test_software_trigger_sends_a_frame_each(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "G1",
        ["set", "TriggerSource", "Software"],
        ["set", "TriggerMode", "On"],
        ["start"],
        ["fetch", 0.05],
        ["set", "TriggerSoftware", True],
        ["fetch"],
        ["fetch", 0.05],
        ["set", "TriggerSoftware", True],
        ["fetch"],
        ["set", "TriggerMode", "Off"],
        ["fetch"],
    )
    frame = [640, 480, 640 * 480]
    assert results[3] is None
    assert results[5] == frame
    assert results[6] is None
    assert results[8] == frame
    assert results[10] == frame


def test_user_sets_keep_settings(run_script: Callable[..., list[Any]]) -> None:
    results = run_script(
        "G1",
        ["set", "Height", 240],
        ["set", "UserSetSelector", "UserSet1"],
        ["set", "UserSetSave", True],
        ["set", "UserSetSelector", "Default"],
        ["set", "UserSetLoad", True],
        ["get", "Height"],
        ["set", "UserSetSelector", "UserSet1"],
        ["set", "UserSetLoad", True],
        ["get", "Height"],
        ["set", "UserSetSelector", "Default"],
        ["set", "UserSetSave", True],
    )
    assert (results[5], results[8]) == (480, 240)
    assert results[10] is not True, "the default set is the factory's"
    # They outlive the connection.
    assert run_script("G1", ["get", "Height"]) == [240]
