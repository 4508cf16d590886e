"""Find the line of a key in TOML text.

TOML parsers do not keep positions. A statement ends where the lines so far parse, so the
line of a key is the start of the statement after which the parsed lines hold it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["KeyPath", "find_line"]

KeyPath = Sequence[str | int]
"""Keys and array indices from the root: ``("camera", 1, "features", "Gain")``."""

MAX_PARSED = 4_000_000
"""Characters that one search may parse (about 2 s); only multi-line values of thousands of
lines need more."""


def find_line(text: str, path: KeyPath) -> int | None:
    """Return the 1-based line where ``path``, or the longest part of it there is, begins.

    ``text`` must be valid TOML. None for the root or if the search would take too long.
    """
    search = _Search(text)
    for length in range(len(path), 0, -1):
        if search.holds(search.line_count, path[:length]):
            return search.first_line(path[:length])
    return None


class _Search:
    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._parsed: dict[int, dict[str, Any] | None] = {0: {}}
        self._budget = MAX_PARSED
        self.line_count = len(self._lines)

    def first_line(self, path: KeyPath) -> int | None:
        """Bisect over the line counts that parse; ``path`` must be in the whole text."""
        without, having = 0, self.line_count
        while having - without > 1:
            middle = self._nearest_that_parses(without, having)
            if middle is None:
                break
            if self.holds(middle, path):
                having = middle
            else:
                without = middle
        return None if self._budget < 0 else without + 1

    def holds(self, line_count: int, path: KeyPath) -> bool:
        node: Any = self._parse(line_count)
        for key in path:
            if isinstance(key, int):
                if not isinstance(node, list) or key >= len(node):
                    return False
            elif not isinstance(node, dict) or key not in node:
                return False
            node = node[key]
        return True

    def _nearest_that_parses(self, low: int, high: int) -> int | None:
        """Return a line count strictly between the two that parses, the middle if it does."""
        middle = (low + high) // 2
        for line_count in chain(range(middle, low, -1), range(middle + 1, high)):
            if self._budget < 0:
                return None
            if self._parse(line_count) is not None:
                return line_count
        return None

    def _parse(self, line_count: int) -> dict[str, Any] | None:
        if line_count not in self._parsed:
            text = "\n".join(self._lines[:line_count])
            self._budget -= len(text)
            try:
                self._parsed[line_count] = tomllib.loads(text)
            except ValueError:
                self._parsed[line_count] = None
        return self._parsed[line_count]
