"""What a person has set in the viewer, kept in one JSON file. No Qt."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Settings"]

_log = logging.getLogger(__name__)

_MOST_BYTES = 1024 * 1024
"""A larger file is none that a viewer has written."""

_MAX_PUT_ASIDE = 5
"""So many files that could not be read are kept; the next one takes the last one's place."""

_Value = TypeVar("_Value", bool, int, float, str, list[Any], dict[str, Any])


class Settings:
    """Values by name, each believed only if it is what its reader expects.

    A file that cannot be read is put aside with ``.unreadable`` at its end, and the viewer starts
    with nothing set. The file has mode 600, because tokens may be in it. Used by the UI thread
    alone.
    """

    def __init__(self, file: Path | None = None) -> None:
        """``file``: where they are kept; None: nowhere, they end with the viewer."""
        self._file = file
        self._values: dict[str, Any] = {}
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self.put_aside: Path | None = None
        """Where the file went that could not be read; None: there was none such."""
        if file is not None:
            self._values = self._read(file)

    def get(
        self, name: str, fallback: _Value, valid: Callable[[_Value], bool] = lambda _: True
    ) -> _Value:
        """Return the value of ``name``; ``fallback`` where there is none of its type.

        ``valid`` says whether the value can be used: a file can hold anything.
        """
        found: Any = self._values.get(name)
        # True is an int for Python, and no number for a person.
        if isinstance(found, int) and not isinstance(found, bool) and type(fallback) is float:
            found = float(found)
        if type(found) is not type(fallback):
            return fallback
        value: _Value = found
        try:
            fits = valid(value)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            fits = False
        return value if fits else fallback

    def set(self, name: str, value: object) -> None:
        """Keep ``value``, which JSON can hold; None: forget it."""
        if self._values.get(name) == value and type(self._values.get(name)) is type(value):
            return
        # Another window of the viewer may have written since.
        if self._file is not None and (others := _load(self._file)) is not None:
            self._values = others
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._write()
        for listener in list(self._listeners.get(name, ())):
            listener()

    def changed(self, name: str, callback: Callable[[], None]) -> None:
        """Call ``callback`` after each change of ``name`` here."""
        self._listeners.setdefault(name, []).append(callback)

    def _read(self, file: Path) -> dict[str, Any]:
        if not file.exists():
            return {}
        values = _load(file)
        if values is not None:
            return values
        names = [file.with_name(f"{file.name}.unreadable-{n + 1}") for n in range(_MAX_PUT_ASIDE)]
        names[0] = file.with_name(f"{file.name}.unreadable")
        aside = next((name for name in names if not name.exists()), names[-1])
        try:
            file.replace(aside)
        except OSError as error:
            _log.warning(
                "settings %s can neither be read nor put aside (%s): what is set now is not kept",
                file,
                error.strerror,
            )
            self._file, self.put_aside = None, file
        else:
            _log.warning("settings %s could not be read: put aside as %s", file, aside.name)
            self.put_aside = aside
        return {}

    def _write(self) -> None:
        if self._file is None:
            return
        folder = self._file.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # mkstemp makes a file of mode 600; the old one stays whole until the new one is.
            number, name = tempfile.mkstemp(prefix=self._file.name, dir=folder)
            part = Path(name)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as stream:
                    json.dump(self._values, stream, ensure_ascii=False, indent=1)
                part.replace(self._file)
            finally:
                with contextlib.suppress(OSError):
                    part.unlink()
        except OSError as error:
            _log.warning("settings cannot be written to %s: %s", self._file, error.strerror)
            self._file = None


def _load(file: Path) -> dict[str, Any] | None:
    """Return what is in the file; None if it is not one of these."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            return None
        values = json.loads(data)
    except (OSError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
