"""Read a TOML file; every failure is a ConfigError with file and line."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camstrm.config.key_lines import KeyPath, find_line
from camstrm.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["MAX_FILE_SIZE", "TomlDocument", "parse_toml", "read_toml"]

MAX_FILE_SIZE = 256 * 1024
"""Bytes; a configuration or profile has a few kilobytes, more is another kind of file."""

_POSITION = re.compile(r"\s*\((?:at line (\d+), column \d+|at end of document)\)\s*\Z")


@dataclass(frozen=True)
class TomlDocument:
    """A parsed file: ``data``, and ``text`` to find lines in. ``file`` is as the user gave it."""

    file: str
    text: str
    data: dict[str, Any]

    def error(self, path: KeyPath, problem: str) -> ConfigError:
        """Return a ConfigError for the key at ``path``, with its line."""
        return ConfigError(
            self.file, problem, line=find_line(self.text, path), key=dotted_key(path)
        )


def read_toml(path: str | Path) -> TomlDocument:
    """Read and parse the file; raise ConfigError if that cannot be done."""
    file = str(path)
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_FILE_SIZE + 1)
    except FileNotFoundError:
        raise ConfigError(file, "there is no such file") from None
    except IsADirectoryError:
        raise ConfigError(file, "wanted a file, this is a directory") from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the path
        if Path(path).is_dir():  # Windows calls a directory a refused access
            raise ConfigError(file, "wanted a file, this is a directory") from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(file, f"cannot be read ({reason})") from None
    if len(content) > MAX_FILE_SIZE:
        raise ConfigError(file, f"larger than {MAX_FILE_SIZE} bytes: no configuration file")
    return parse_toml(content, file)


def parse_toml(content: bytes, file: str) -> TomlDocument:
    """Parse the bytes of a TOML file; ``file`` is its name in errors."""
    try:
        text = content.decode("utf-8-sig")  # editors on Windows write the mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            file, f"not UTF-8 text (byte 0x{content[error.start]:02X})", line=line
        ) from None
    try:
        return TomlDocument(file, text, tomllib.loads(text))
    except RecursionError:
        raise ConfigError(file, "not valid TOML: nested too deeply") from None
    except ValueError as error:
        # TOMLDecodeError, or the interpreter's limit on the digits of an integer.
        raise _syntax_error(file, text, str(error)) from None


def dotted_key(path: KeyPath) -> str:
    """Return the path as users write it: ``camera[1].features.Gain`` (indices from 0)."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _syntax_error(file: str, text: str, message: str) -> ConfigError:
    position = _POSITION.search(message)
    if position is None:
        return ConfigError(file, f"not valid TOML: {_lower_first(message)}")
    line = int(position[1]) if position[1] else text.rstrip("\n").count("\n") + 1
    return ConfigError(
        file, f"not valid TOML: {_lower_first(message[: position.start()])}", line=line
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
