"""The features of a camera in a configuration file: compared with, and written into it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from camstrm.acquisition.features.persistence_file import settings_text
from camstrm.config import CameraSettings, Config, load_config
from camstrm.errors import ConfigError, UsageError
from camstrm.feature import FeatureSetting
from camstrm.wire import CameraInfo

__all__ = ["configured_file_text", "keep_features"]

_KEY = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<selectors>[^\[\]]*)\])?")


def configured_file_text(path: str, camera: str) -> str:
    """Return what a configuration says of a camera's features as a GenApi persistence file.

    ``camera``: its serial number or its name. Raises ConfigError or UsageError.
    """
    settings = _camera(load_config(path), camera)
    if settings is None:
        raise UsageError(f"{path} has no [[camera]] with serial number or name {camera!r}")
    return settings_text(_setting(key, value) for key, value in settings.features.items())


def keep_features(path: str, camera: CameraInfo, live: Sequence[FeatureSetting]) -> None:
    """Write what was set live into the configuration file and print what it says then.

    Comments and the order of the file stay. Raises ConfigError for a file that is wrong
    before or would be wrong afterwards: it is not touched then.
    """
    if not live:
        print(f"camera {camera.name}: nothing was set that the configuration does not say")
        return
    file = Path(path)
    known = _camera(load_config(path), camera.serial) or _camera(load_config(path), camera.name)
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8"))
    except TOMLKitError as error:
        raise ConfigError(path, str(error)) from None
    table = _table(document, camera, None if known is None else known.serial)
    lines = []
    for setting in live:
        key = _key(setting)
        table[key] = setting.value
        lines.append(
            f"{tomlkit.key([key]).as_string()} = {tomlkit.item(setting.value).as_string()}"
        )
    _replace(file, tomlkit.dumps(document))
    serial = camera.serial if known is None else known.serial
    print(f"{path}, camera {serial} ({camera.name}), written:\n[camera.features]")
    print("\n".join(lines))


def _camera(config: Config, wanted: str) -> CameraSettings | None:
    for camera in config.cameras:
        if wanted and wanted in (camera.serial, camera.label):
            return camera
    return None


def _table(document: tomlkit.TOMLDocument, camera: CameraInfo, serial: str | None) -> Any:
    """Return the table of features of a camera, making what is missing."""
    cameras = document.get("camera")
    if cameras is None:
        cameras = document["camera"] = tomlkit.aot()
    found: Any = next((item for item in cameras if item.get("serial") == serial), None)
    if found is None:
        # A file may write its cameras as [[camera]], or in one line.
        added: Any = tomlkit.table() if isinstance(cameras, AoT) else tomlkit.inline_table()
        added["serial"] = camera.serial
        cameras.append(added)
        found = cameras[-1]
    if "features" not in found:
        found["features"] = tomlkit.table() if isinstance(found, Table) else tomlkit.inline_table()
    return found["features"]


def _replace(file: Path, text: str) -> None:
    """Put the new file in the place of the old one, whole or not at all."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        before = file.stat()
        beside.chmod(before.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(beside, before.st_uid, before.st_gid)
        try:
            load_config(beside)
        except ConfigError as error:
            raise ConfigError(str(file), f"it would be wrong afterwards: {error.problem}") from None
        beside.replace(file.resolve())
    except OSError as error:
        raise ConfigError(str(file), f"cannot be written ({error.strerror})") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def _key(setting: FeatureSetting) -> str:
    chosen = ",".join(f"{name}={value}" for name, value in setting.selectors.items())
    return f"{setting.feature}[{chosen}]" if chosen else setting.feature


def _setting(key: str, value: bool | int | float | str) -> FeatureSetting:
    parts = _KEY.fullmatch(key)
    name, text = (parts["name"], parts["selectors"]) if parts else (key, None)
    pairs = (pair.partition("=") for pair in (text or "").split(",") if pair)
    return FeatureSetting(name, value, {left.strip(): right.strip() for left, _, right in pairs})
