"""The configuration file: typed, frozen, every mistake with file, line and key."""

from camstrm.config.control_settings import ControlSettings
from camstrm.config.load import check_config, convert_toml, load_config
from camstrm.config.settings import (
    ID_PREFIX,
    BridgeSettings,
    CameraSettings,
    Config,
    FeatureValue,
    LogSettings,
    ProcessSettings,
    ProducerSettings,
    SocketSettings,
    StreamSettings,
    name_from,
)
from camstrm.config.toml_file import TomlDocument, parse_toml, read_toml

__all__ = [
    "ID_PREFIX",
    "BridgeSettings",
    "CameraSettings",
    "Config",
    "ControlSettings",
    "FeatureValue",
    "LogSettings",
    "ProcessSettings",
    "ProducerSettings",
    "SocketSettings",
    "StreamSettings",
    "TomlDocument",
    "check_config",
    "convert_toml",
    "load_config",
    "name_from",
    "parse_toml",
    "read_toml",
]
