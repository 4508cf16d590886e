"""Load a configuration file, and settings that another process sent."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, TypeVar

import msgspec

from camstrm.config.mistake import first_mistake
from camstrm.config.rules import first_contradiction
from camstrm.config.settings import Config
from camstrm.config.toml_file import TomlDocument, dotted_key, read_toml
from camstrm.errors import ConfigError

__all__ = ["check_config", "convert_toml", "from_builtins", "load_config", "to_builtins"]

S = TypeVar("S", bound=msgspec.Struct)


def load_config(path: str | Path) -> Config:
    """Read the file and return its settings; ConfigError names the first mistake.

    File names in it that are relative start at the folder of the configuration file;
    ``~`` is the user's home. A camera's ``cti`` may be the bare file name of a producer's.
    """
    document = read_toml(path)
    config = convert_toml(document, Config)
    config = _with_absolute_paths(document, config)
    contradiction = first_contradiction(config)
    if contradiction:
        raise document.error(*contradiction)
    return config


def check_config(config: Config, source: str = "command line") -> None:
    """Raise ConfigError if a Config built in code breaks a rule that a file must keep.

    ``source`` stands where a file's name would.
    """
    mistake = first_mistake(to_builtins(config), Config) or first_contradiction(config)
    if mistake:
        raise ConfigError(source, mistake.problem, key=dotted_key(mistake.path))


def convert_toml(document: TomlDocument, settings_type: type[S]) -> S:
    """Return the document as ``settings_type``; raise ConfigError with the line."""
    mistake = first_mistake(document.data, settings_type)
    if mistake:
        raise document.error(*mistake)
    return _convert(document.data, settings_type, document.file)


def to_builtins(settings: msgspec.Struct) -> dict[str, Any]:
    """Return the settings as dicts, lists and scalars that JSON carries unchanged."""
    plain: dict[str, Any] = msgspec.to_builtins(settings)
    return plain


def from_builtins(settings_type: type[S], data: object, source: str = "settings") -> S:
    """Return what :func:`to_builtins` gave as ``settings_type``; raise ConfigError.

    ``source`` stands where a file's name would.
    """
    mistake = first_mistake(data, settings_type)
    if mistake:
        raise ConfigError(source, mistake.problem, key=dotted_key(mistake.path))
    return _convert(data, settings_type, source)


def _convert(data: object, settings_type: type[S], source: str) -> S:
    try:
        return msgspec.convert(data, settings_type)
    except msgspec.ValidationError as error:
        raise ConfigError(source, f"not accepted ({error})") from error


def _with_absolute_paths(document: TomlDocument, config: Config) -> Config:
    folder = Path(document.file).absolute().parent

    def absolute(name: str, *key: str | int) -> str:
        try:
            return str(folder / Path(name).expanduser()) if name else name
        except RuntimeError as error:  # "~" of a user that there is not
            raise document.error(key, f"{name!r}: {error}") from None

    bridge, process = config.bridge, config.process
    producers = tuple(
        msgspec.structs.replace(
            producer,
            cti=absolute(producer.cti, "producer", index, "cti"),
            # A bare "python3.10" is searched on PATH, as a shell would.
            python=absolute(producer.python, "producer", index, "python")
            if PurePath(producer.python).name != producer.python
            else producer.python,
        )
        for index, producer in enumerate(config.producers)
    )
    by_name = {PurePath(producer.cti).name: producer.cti for producer in reversed(producers)}
    return msgspec.structs.replace(
        config,
        socket=msgspec.structs.replace(
            config.socket, path=absolute(config.socket.path, "socket", "path")
        ),
        bridge=msgspec.structs.replace(
            bridge,
            token_file=absolute(bridge.token_file, "bridge", "token_file"),
            tls_cert=absolute(bridge.tls_cert, "bridge", "tls_cert"),
            tls_key=absolute(bridge.tls_key, "bridge", "tls_key"),
        ),
        process=msgspec.structs.replace(
            process,
            profile_dirs=tuple(
                absolute(folder, "process", "profile_dirs") for folder in process.profile_dirs
            ),
        ),
        producers=producers,
        cameras=tuple(
            msgspec.structs.replace(
                camera,
                cti=by_name.get(camera.cti) or absolute(camera.cti, "camera", index, "cti"),
            )
            for index, camera in enumerate(config.cameras)
        ),
    )
