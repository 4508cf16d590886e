"""What the viewer remembers for one person: a small JSON file that only its owner can read."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

__all__ = ["SettingsFile", "settings_path"]

_log = logging.getLogger(__name__)

_Value = TypeVar("_Value")

_MAX_SIZE = 1024 * 1024
"""Bytes of a settings file; a larger one is none."""

_MAX_PUT_ASIDE = 5
"""So many files that could not be read are kept; the next one takes the last one's place."""


def settings_path(environ: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """Return where this person's settings are: %APPDATA% on Windows, else XDG_CONFIG_HOME."""
    known = os.environ if environ is None else environ
    home = Path.home() if home is None else home
    if sys.platform == "win32":
        folder = Path(known.get("APPDATA") or home / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(known.get("XDG_CONFIG_HOME") or home / ".config")
    return folder / "camstrm" / "viewer.json"


class SettingsFile:
    """Settings by name, written at once. Belongs to the UI thread.

    A file that cannot be read is put aside under another name and the settings begin new: a
    broken file must never keep anybody from seeing the cameras. Values of a wrong type count as
    missing. The file has mode 600, because tokens may be in it.
    """

    def __init__(self, path: Path | None) -> None:
        """``path``: of the file, which need not exist; None: nothing is kept (tests)."""
        self._path = path
        self.put_aside: Path | None = None
        """Where the file went that could not be read; None: there was no such file."""
        self.problem = ""
        """Why the settings could not be written last, empty while they could."""
        self._values: dict[str, object] = {} if path is None else self._read(path)
        self._listeners: dict[str, list[Callable[[object], None]]] = {}

    def get(self, name: str, fallback: _Value) -> _Value:
        """Return the setting, or ``fallback`` where it is missing or of another type.

        A whole number is fine where a real one is expected.
        """
        value = self._values.get(name, fallback)
        if isinstance(fallback, float) and type(value) is int:
            value = float(value)
        return value if type(value) is type(fallback) else fallback

    def set(self, name: str, value: object) -> None:
        """Keep ``value``, which JSON can hold; None removes it."""
        if self._values.get(name) == value and type(self._values.get(name)) is type(value):
            return
        if self._path is not None:
            # Another window may have written since: only this one value is ours.
            self._values = self._read(self._path) or self._values
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        if self._path is not None:
            self._write(self._path)
        for listener in self._listeners.get(name, []):
            listener(value)

    def changed(self, name: str, listener: Callable[[object], None]) -> None:
        """Call ``listener`` with each new value of ``name`` that this process sets."""
        self._listeners.setdefault(name, []).append(listener)

    def _read(self, path: Path) -> dict[str, object]:
        try:
            with path.open("rb") as stream:
                data = stream.read(_MAX_SIZE + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            _log.warning("settings %s cannot be read (%s)", path, error.strerror)
            self._put_aside(path)
            return {}
        try:
            if len(data) > _MAX_SIZE:
                raise ValueError(f"more than {_MAX_SIZE} bytes")
            values = json.loads(data)
            if not isinstance(values, dict):
                raise ValueError("no JSON object")
        # RecursionError: brackets without an end.
        except (ValueError, RecursionError) as error:
            _log.warning("settings %s are not readable (%s)", path, error)
            self._put_aside(path)
            return {}
        return values

    def _put_aside(self, path: Path) -> None:
        aside = [path.with_suffix(f".unreadable-{n + 1}") for n in range(_MAX_PUT_ASIDE)]
        free = next((name for name in aside if not name.exists()), aside[-1])
        with contextlib.suppress(OSError):
            path.replace(free)
            self.put_aside = free
            _log.warning("they were put aside as %s; the viewer begins with new ones", free)

    def _write(self, path: Path) -> None:
        text = json.dumps(self._values, ensure_ascii=False, indent=1, sort_keys=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # mkstemp makes a file of mode 600; the old settings stay whole until it is complete.
            number, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as stream:
                    stream.write(text)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self.problem = ""
        except OSError as error:
            if not self.problem:
                _log.warning("settings %s cannot be written (%s)", path, error.strerror)
            self.problem = f"{path}: {error.strerror}"
