"""The features of a camera in a configuration file: compared with, and written into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camstrm.acquisition.features.persistence_file import settings_text
from camstrm.config import load_config
from camstrm.config.kept_features import configured_camera, feature_lines, write_features
from camstrm.errors import UsageError
from camstrm.feature import FeatureSetting
from camstrm.wire import CameraInfo

__all__ = ["configured_file_text", "keep_features"]

_KEY = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<selectors>[^\[\]]*)\])?")


def configured_file_text(path: str, camera: str) -> str:
    """Return what a configuration says of a camera's features as a GenApi persistence file.

    ``camera``: its serial number or its name. Raises ConfigError or UsageError.
    """
    settings = configured_camera(load_config(path), camera)
    if settings is None:
        raise UsageError(f"{path} has no [[camera]] with serial number or name {camera!r}")
    return settings_text(_setting(key, value) for key, value in settings.features.items())


def keep_features(path: str, camera: CameraInfo, live: Sequence[FeatureSetting]) -> None:
    """Write what was set live into the configuration file and print what it says then.

    Comments and the order of the file stay. Raises ConfigError for a file that is wrong
    before or would be wrong afterwards: it is not touched then.
    """
    if not live:
        print(f"camera {camera.name}: nothing was set that is not in the configuration already")
        return
    serial = write_features(path, camera.serial, camera.name, live)
    print(f"{path}, camera {serial} ({camera.name}), written:\n[camera.features]")
    print(feature_lines(live))


def _setting(key: str, value: bool | int | float | str) -> FeatureSetting:
    parts = _KEY.fullmatch(key)
    name, text = (parts["name"], parts["selectors"]) if parts else (key, None)
    pairs = (pair.partition("=") for pair in (text or "").split(",") if pair)
    return FeatureSetting(name, value, {left.strip(): right.strip() for left, _, right in pairs})
