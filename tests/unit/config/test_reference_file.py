"""deploy/camstrm.toml names every key, with the default that holds where it is commented out."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camstrm.config import Config, ControlSettings, load_config, parse_toml
from camstrm.config.settings import (
    BridgeSettings,
    CameraSettings,
    ProcessSettings,
    ProducerSettings,
    SocketSettings,
    StreamSettings,
)

REFERENCE = Path(__file__).parents[3] / "deploy" / "camstrm.toml"

COMMENTED = re.compile(r'^# (?=\w+ = |"[^"]+" = |\[\w+\.\w+\]$)', re.MULTILINE)


@pytest.fixture(scope="module")
def every_key() -> dict[str, Any]:
    """Return the file's data with all commented keys in force."""
    text = COMMENTED.sub("", REFERENCE.read_text(encoding="utf-8"))
    return parse_toml(text.encode(), "reference").data


def test_it_loads_with_the_reference_set() -> None:
    config = load_config(REFERENCE)
    assert len(config.producers) == 2
    assert [camera.label for camera in config.cameras] == ["left", "right", "overview"]
    assert config.cameras[2].serial == "01234567"
    assert config.stream == StreamSettings()


def test_it_loads_with_every_key_in_force(every_key: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "camstrm.toml"
    path.write_text(COMMENTED.sub("", REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
    assert isinstance(load_config(path), Config)


def keys(settings_type: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(settings_type)}


def test_every_table_is_there(every_key: dict[str, Any]) -> None:
    assert set(every_key) == keys(Config)


@pytest.mark.parametrize(
    ("table", "settings_type"),
    [
        ("stream", StreamSettings),
        ("socket", SocketSettings),
        ("bridge", BridgeSettings),
        ("bridge.control", ControlSettings),
        ("process", ProcessSettings),
        ("producer", ProducerSettings),
        ("camera", CameraSettings),
    ],
)
def test_every_key_is_there_with_its_default(
    every_key: dict[str, Any], table: str, settings_type: type[msgspec.Struct]
) -> None:
    written: Any = every_key
    for key in table.split("."):
        written = written[key]
    if isinstance(written, list):
        written = written[0]
    assert set(written) == keys(settings_type)
    shown = {"control", "cti", "serial", "name", "features", "stream_features", "env"}
    for field in msgspec.structs.fields(settings_type):
        if field.encode_name not in shown or (table, field.name) == ("camera", "cti"):
            value = written[field.encode_name]
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            assert value == default, field.name
