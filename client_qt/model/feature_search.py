"""How well a feature fits what somebody typed. No Qt.

What is compared is computed once for each feature: a search through 1,000 of them follows every
letter that is typed. The page has the same in feature_tree.js;
tests/vectors/viewing/feature_tree.json holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from camstrm.feature import FeatureInfo

__all__ = ["Query", "SearchedFeature"]

_MARKS = re.compile(r"[\s_.-]+")
_HUMP = re.compile(r"([a-z0-9])([A-Z])")

_SURE = 4
"""A query shorter than this has no mistakes."""

_LONG = 8
"""A query as long as this may have two."""


class Query:
    """What is looked for."""

    def __init__(self, text: str) -> None:
        self.plain = _plain(text)
        self.words = _words(text)
        size = len(self.plain)
        self.mistakes = 0 if size < _SURE else 1 if size < _LONG else 2
        """Letters that may be wrong, missing, too many or swapped."""
        self._counts = [(_letter(c), self.plain.count(c)) for c in sorted(set(self.plain))]
        self._begins: dict[str, bool] = {}
        """Whether a text begins nearly like the query, by its first letters: names share words."""

    def nearly(self, starts: Sequence[str], letters: int) -> bool:
        """Return whether one of these begins like the query but for some mistakes.

        ``letters``: those of all of them together.
        """
        # Each letter that is in none of them is a mistake: nearly all features end here.
        missing = 0
        for letter, count in self._counts:
            missing += 0 if letter & letters else count
        if not self.mistakes or missing > self.mistakes:
            return False
        return any(map(self._begins_so, starts))

    def _begins_so(self, text: str) -> bool:
        target = text[: len(self.plain) + self.mistakes]
        found = self._begins.get(target)
        if found is None:
            found = self._begins[target] = _begins_so(self.plain, target, self.mistakes)
        return found


class SearchedFeature:
    """A feature as it is looked for."""

    def __init__(self, info: FeatureInfo) -> None:
        self.info = info
        names = [name for name in dict.fromkeys((info.name, info.display_name)) if name]
        self._plains = [_plain(name) for name in names]
        self._starts = list(dict.fromkeys(text for name in names for text in _word_starts(name)))
        """The names from each of their words on, without blanks."""
        self._letters = 0
        for letter in set("".join(self._plains)):
            self._letters |= _letter(letter)
        parts = [" ".join(_words(name)) for name in names]
        self._names = " ".join([*parts, *self._plains])
        self._everything = f"{self._names} {info.tooltip.lower()}"

    def rank(self, query: Query) -> int | None:
        """Return how well it fits, 0: best, None: not at all.

        A name before a word in its middle, names before tooltips, and what is nearly so after all
        that is.
        """
        wanted, plains = query.plain, self._plains
        if not wanted:
            return None
        if wanted in plains:
            return 0
        if any(name.startswith(wanted) for name in plains):
            return 1
        if any(text.startswith(wanted) for text in self._starts):
            return 2
        if any(wanted in name for name in plains):
            return 3
        if all(part in self._names for part in query.words):
            return 4
        if query.nearly(self._starts, self._letters):
            return 5
        return 6 if all(part in self._everything for part in query.words) else None


def _plain(text: str) -> str:
    """Return how a name is compared: without case, blanks and marks."""
    return _MARKS.sub("", text.lower())


def _words(text: str) -> list[str]:
    """Return the words of a name as "ExposureTimeAbs" or "Exposure Time"."""
    return [word for word in _MARKS.split(_HUMP.sub(r"\1 \2", text).lower()) if word]


def _word_starts(name: str) -> list[str]:
    found = _words(name)
    return ["".join(found[at:]) for at in range(len(found))]


def _letter(letter: str) -> int:
    """Return a bit for a character; some share one."""
    return 1 << (ord(letter) % 64)


def _begins_so(wanted: str, target: str, most: int) -> bool:
    """Return whether a text begins so with at most ``most`` mistakes.

    A mistake is a letter that is missing, too many or wrong, or two that are swapped. Only what
    is so near to the diagonal is computed: further away there are more mistakes.
    """
    size, far = len(target), most + 1
    before: list[int] = []
    above = [column if column <= most else far for column in range(size + 1)]
    for row in range(1, len(wanted) + 1):
        line = [far] * (size + 1)
        if row <= most:
            line[0] = row
        letter, last = wanted[row - 1], wanted[row - 2] if row > 1 else ""
        for column in range(max(1, row - most), min(size, row + most) + 1):
            least = min(
                above[column] + 1,
                line[column - 1] + 1,
                above[column - 1] + (letter != target[column - 1]),
            )
            swapped = column > 1 and letter == target[column - 2] and last == target[column - 1]
            if swapped and row > 1:
                least = min(least, before[column - 2] + 1)
            line[column] = least
        # A swap looks back by two lines.
        if min(line) > most and min(above) > most:
            return False
        before, above = above, line
    return min(above) <= most
