"""Features that were set while a camera ran, written into a configuration file.

Comments and the order of the file stay. Not imported by the package: it takes tomlkit, which only
the grabber's machine has.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from camstrm.config.load import load_config
from camstrm.config.settings import CameraSettings, Config, feature_key
from camstrm.errors import ConfigError
from camstrm.feature import FeatureSetting

__all__ = ["configured_camera", "feature_lines", "write_features"]


def feature_lines(settings: Sequence[FeatureSetting]) -> str:
    """Return the lines of ``[camera.features]`` for these settings, without an end of line."""
    return "\n".join(
        f"{tomlkit.key([feature_key(s)]).as_string()} = {tomlkit.item(s.value).as_string()}"
        for s in settings
    )


def write_features(path: str, serial: str, name: str, settings: Sequence[FeatureSetting]) -> str:
    """Write settings of a camera into the file; return the serial number that it has there.

    ``serial`` (may be empty) and ``name``: of the camera, which is added if the file does not
    name it. Raises ConfigError for a file that is wrong before or would be wrong afterwards, or
    that cannot be written: it is not touched then.
    """
    file = Path(path)
    config = load_config(path)
    known = configured_camera(config, serial) or configured_camera(config, name)
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8"))
    except TOMLKitError as error:
        raise ConfigError(path, str(error)) from None
    except OSError as error:
        raise ConfigError(path, f"cannot be read ({error.strerror})") from None
    camera = _camera(document, serial, None if known is None else known.serial)
    for setting in settings:
        camera["features"][feature_key(setting)] = setting.value
    _space_out(document, camera)
    _replace(file, tomlkit.dumps(document))
    return serial if known is None else known.serial


def configured_camera(config: Config, wanted: str) -> CameraSettings | None:
    """Return the camera with this serial number or name."""
    for camera in config.cameras:
        if wanted and wanted in (camera.serial, camera.label):
            return camera
    return None


def _camera(document: tomlkit.TOMLDocument, new: str, serial: str | None) -> Any:
    """Return the table of a camera, which has one of features; makes what is missing."""
    cameras = document.get("camera")
    if cameras is None:
        cameras = document["camera"] = tomlkit.aot()
    found: Any = next((item for item in cameras if item.get("serial") == serial), None)
    if found is None:
        # A file may write its cameras as [[camera]], or in one line.
        added: Any = tomlkit.table() if isinstance(cameras, AoT) else tomlkit.inline_table()
        added["serial"] = new
        cameras.append(added)
        found = cameras[-1]
    if "features" not in found:
        found["features"] = tomlkit.table() if isinstance(found, Table) else tomlkit.inline_table()
    return found


def _space_out(document: tomlkit.TOMLDocument, camera: Any) -> None:
    """Give tables in one line their blanks: tomlkit leaves them out where it adds something."""
    if isinstance(camera["features"], InlineTable):
        camera["features"] = _spaced(camera["features"])
    if isinstance(camera, InlineTable):
        cameras: Any = document["camera"]
        cameras[next(i for i, one in enumerate(cameras) if one is camera)] = _spaced(camera)


def _spaced(table: InlineTable) -> Any:
    pairs = (f"{tomlkit.key([k]).as_string()} = {_text(v)}" for k, v in table.items())
    return tomlkit.value(f"{{ {', '.join(pairs)} }}")


def _text(value: Any) -> str:
    return str((value if hasattr(value, "as_string") else tomlkit.item(value)).as_string())


def _replace(file: Path, text: str) -> None:
    """Put the new file in the place of the old one, whole or not at all."""
    # Beside the file itself, where "file" is a link to it: only then it is replaced at once.
    beside = file.resolve().with_name(f".{file.name}.new")
    try:
        with beside.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
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
        with contextlib.suppress(OSError):
            beside.unlink()
