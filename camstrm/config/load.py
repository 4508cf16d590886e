"""Load a configuration file, and check settings that were built in code."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from camstrm.config.mistake import mistakes
from camstrm.config.rules import contradictions
from camstrm.config.settings import Config
from camstrm.config.toml_file import TomlDocument, read_toml, refuse

__all__ = ["check_config", "convert_toml", "load_config"]

S = TypeVar("S", bound=msgspec.Struct)


def load_config(path: str | Path) -> Config:
    """Read the file and return its settings; ConfigError names the mistakes.

    File names in it that are relative start at the folder of the configuration file;
    ``~`` is the user's home. A camera's ``cti`` may be the bare file name of a producer's.
    """
    document = read_toml(path)
    config = convert_toml(document, Config)
    config = _with_absolute_paths(document, config)
    refuse(document, contradictions(config))
    return config


def check_config(config: Config, source: str = "command line") -> None:
    """Raise ConfigError if a Config built in code breaks a rule that a file must keep.

    ``source`` stands where a file's name would.
    """
    # A struct's constructor checks nothing.
    document = TomlDocument(source, "", msgspec.to_builtins(config))
    refuse(document, mistakes(document.data, Config))
    refuse(document, contradictions(config))


def convert_toml(document: TomlDocument, settings_type: type[S]) -> S:
    """Return the document as ``settings_type``; raise ConfigError with the lines.

    msgspec checks once more while it builds the structs, which costs next to nothing; the walk
    before has the words. That neither lets through what the other refuses is a property test.
    """
    refuse(document, mistakes(document.data, settings_type))
    return msgspec.convert(document.data, settings_type)


def _with_absolute_paths(document: TomlDocument, config: Config) -> Config:
    folder = Path(document.file).absolute().parent

    def absolute(name: str, *key: str | int) -> str:
        try:
            return str(folder / Path(name).expanduser()) if name else name
        except RuntimeError as error:  # "~" of a user that there is not
            raise document.error(key, f"{name!r}: {error}") from None

    def located(settings: S, fields: tuple[str, ...], *key: str | int) -> S:
        """Return the settings of the table ``key`` with the file names in ``fields`` absolute."""
        names = {field: absolute(getattr(settings, field), *key, field) for field in fields}
        return replace(settings, **names)

    producers = tuple(
        # A bare "python3.10" is searched on PATH, as a shell would.
        located(
            producer,
            ("cti",) if PurePath(producer.python).name == producer.python else ("cti", "python"),
            "producer",
            index,
        )
        for index, producer in enumerate(config.producers)
    )
    by_name = {PurePath(producer.cti).name: producer.cti for producer in reversed(producers)}
    folders = (absolute(name, "process", "profile_dirs") for name in config.process.profile_dirs)
    return replace(
        config,
        socket=located(config.socket, ("path",), "socket"),
        bridge=replace(
            located(config.bridge, ("token_file", "tls_cert", "tls_key"), "bridge"),
            control=located(config.bridge.control, ("folder",), "bridge", "control"),
        ),
        process=replace(config.process, profile_dirs=tuple(folders)),
        producers=producers,
        cameras=tuple(
            replace(camera, cti=by_name[camera.cti])
            if camera.cti in by_name
            else located(camera, ("cti",), "camera", index)
            for index, camera in enumerate(config.cameras)
        ),
    )
