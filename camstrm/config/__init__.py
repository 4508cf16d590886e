"""The configuration file: typed, frozen, every mistake with file, line and key."""

from camstrm.config.load import (
    check_config,
    convert_toml,
    from_builtins,
    load_config,
    to_builtins,
)
from camstrm.config.settings import (
    BridgeSettings,
    CameraSettings,
    Config,
    FeatureValue,
    ProcessSettings,
    ProducerSettings,
    SocketSettings,
    StreamSettings,
    default_config,
)
from camstrm.config.toml_file import TomlDocument, parse_toml, read_toml

__all__ = [
    "BridgeSettings",
    "CameraSettings",
    "Config",
    "FeatureValue",
    "ProcessSettings",
    "ProducerSettings",
    "SocketSettings",
    "StreamSettings",
    "TomlDocument",
    "check_config",
    "convert_toml",
    "default_config",
    "from_builtins",
    "load_config",
    "parse_toml",
    "read_toml",
    "to_builtins",
]
