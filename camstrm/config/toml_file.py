"""Read a TOML file; every failure is a ConfigError with file and line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camstrm.config.key_lines import KeyPath, find_line
from camstrm.config.mistake import Mistake
from camstrm.config.small_file import read_small_file
from camstrm.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["MAX_FILE_SIZE", "TomlDocument", "parse_toml", "read_toml", "refuse"]

MAX_FILE_SIZE = 256 * 1024
"""Bytes; a configuration or profile has a few kilobytes, more is another kind of file."""

_MOST_SHOWN = 10
"""Mistakes of one file that are named; the search for the line of each takes time."""

_POSITION = re.compile(r"\s*\((?:at line (\d+), column \d+|at end of document)\)\s*\Z")

_BARE_TEXT = re.compile(r"""\s*([\w.-]+)\s*=\s*([\w/~.:\\-][^"'#\[\]{}=]*?)\s*(?:#.*)?""")
"""A key and a value that begins like a name, a number or a path."""


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
        content, _ = read_small_file(path, MAX_FILE_SIZE)
    except FileNotFoundError:
        raise ConfigError(file, "there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the path
        if os.path.isdir(path):
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


def refuse(document: TomlDocument, mistakes: Iterable[Mistake]) -> None:
    """Raise one ConfigError for all ``mistakes``, if there are any."""
    found = list(mistakes)
    errors = [document.error(*mistake) for mistake in found[:_MOST_SHOWN]]
    if len(found) > len(errors):
        errors.append(ConfigError(document.file, f"{len(found) - len(errors)} more mistakes"))
    if errors:
        errors[0].more = tuple(errors[1:])
        raise errors[0]


def dotted_key(path: KeyPath) -> str:
    """Return the path as users write it: ``camera[1].features.Gain`` (indices from 0)."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _syntax_error(file: str, text: str, message: str) -> ConfigError:
    position = _POSITION.search(message)
    if position is None:
        return ConfigError(file, f"not valid TOML: {_lower_first(message)}")
    line = int(position[1]) if position[1] else text.rstrip("\n").count("\n") + 1
    problem = f"not valid TOML: {_lower_first(message[: position.start()])}"
    return ConfigError(file, problem + _quotes_hint(text, line), line=line)


def _quotes_hint(text: str, line: int) -> str:
    """Return what is missing where a text was typed without quotes: ``serial = GV01``."""
    lines = text.splitlines()
    typed = _BARE_TEXT.fullmatch(lines[line - 1]) if line <= len(lines) else None
    if typed is None:
        return ""
    key, value = typed[1], typed[2]
    try:
        tomllib.loads(f"value = {value}")
    except ValueError:
        quoted = f"'{value}'" if "\\" in value else f'"{value}"'
        return f". Text needs quotes: {key} = {quoted}"
    return ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
