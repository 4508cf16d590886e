from __future__ import annotations

import json

import msgspec
import pytest

from camstrm.config import CameraSettings, ProcessSettings, StreamSettings
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.profiles import load_profiles
from camstrm.wire import PROCESS_DOWN, Start

PROFILES = load_profiles()

GROUP = ProcessGroup(
    cti="/opt/x.cti",
    profile=PROFILES["flir-u3v"],
    candidates=PROFILES,
    cameras=(
        GroupCamera(
            4,
            CameraSettings(
                serial="007",
                name="left",
                features={"Gain": 1.0, "Width": 640, "ReverseX": True, "PixelFormat": "Mono8"},
                stream_features={"StreamBufferHandlingMode": "NewestOnly"},
                num_buffers=20,
            ),
        ),
        GroupCamera(7, CameraSettings(serial="DA123"), PROFILES["hikrobot-gev"]),
    ),
    stream=StreamSettings(fps=25.0, max_width=640),
    process=ProcessSettings(stall_timeout_s=3.5, profile_dirs=("/etc/profiles",)),
    python="/usr/bin/python3.10",
    environment={"SECRET": "x"},
    log_level="DEBUG",
    siblings=3,
)


def test_a_camera_process_is_told_everything_but_its_environment() -> None:
    message = PROCESS_DOWN.decode(PROCESS_DOWN.encode(Start(GROUP.to_settings())))
    assert isinstance(message, Start)
    received = msgspec.convert(message.settings, ProcessGroup)
    assert received == msgspec.structs.replace(GROUP, environment={})
    assert "SECRET" not in json.dumps(message.settings)


def test_features_keep_their_order_and_types() -> None:
    text = PROCESS_DOWN.encode(Start(GROUP.to_settings()))
    message = PROCESS_DOWN.decode(text)
    assert isinstance(message, Start)
    features = msgspec.convert(message.settings, ProcessGroup).cameras[0].settings.features
    assert list(features) == ["Gain", "Width", "ReverseX", "PixelFormat"]
    assert [type(value) for value in features.values()] == [float, int, bool, str]


def test_name_and_indices() -> None:
    assert GROUP.name == "left+DA123"
    assert GROUP.indices == (4, 7)


@pytest.mark.parametrize(
    "change", [{"cti": 5}, {"cameras": [{"index": "x"}]}, {"stream": {"f": 1}}]
)
def test_settings_that_are_none(change: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**GROUP.to_settings(), **change}, ProcessGroup)
