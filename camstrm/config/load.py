"""Load a configuration file, and check settings that were built in code."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TypeVar

import msgspec

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
