"""The table of texts: ``say("strip.lost", name="left")`` in the language of the person."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["LANGUAGES", "Texts", "table"]

LANGUAGES = ("en", "ko")
"""Each text exists in all of these; the first one is spoken where none fits."""

_PLACE = re.compile(r"\{(\w+)\}")


class Texts:
    """Texts of one language.

    A text has places for values in braces: ``{name}``. Where a key with ``.one`` at its end
    exists, that one is meant for a ``count`` of 1.
    """

    def __init__(self, language: str = LANGUAGES[0]) -> None:
        """``language``: "ko", or a name of the system's such as "ko_KR.UTF-8"."""
        spoken = language[:2].lower()
        self.language = spoken if spoken in LANGUAGES else LANGUAGES[0]
        self._table = table(self.language)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def say(self, key: str, /, **values: object) -> str:
        """Return the text of ``key`` with its values filled in; raise KeyError without it."""
        if values.get("count") == 1 and f"{key}.one" in self._table:
            key = f"{key}.one"
        # In one pass: a value that looks like a place stays what it is.
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), self._table[key])


@cache
def table(language: str) -> Mapping[str, str]:
    """Return all texts of one language by their keys.

    The files are ``{key: {"en": text, "ko": text}}``, each key in one of them only.
    """
    found: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            entries = json.loads(file.read_text("utf-8"))
            found |= {key: entry[language] for key, entry in entries.items()}
    return found
