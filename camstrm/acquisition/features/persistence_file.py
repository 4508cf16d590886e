"""GenApi persistence files (pylon's .pfs, MVS's .mfs) as text: parsed and written.

After a header of comments each line is a feature, a tab and its value. pylon writes the
selectors of a value between them, in braces::

    # {05D8C294-F295-4dfb-9D01-096BD04049F4}
    # GenApi persistence file (version 3.1.0)
    # Device = Basler::acA640
    Width	640
    BalanceRatio	{BalanceRatioSelector=Red}	1.5

GenApi's reference implementation (Persistence.h, CFeatureBag) writes a line for each selector
before the features that it selects. Both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from camstrm.errors import ConfigError
from camstrm.feature import FeatureSetting, Selectors

__all__ = ["MOST_SETTINGS", "FileSetting", "parse_settings", "settings_text"]

_MAGIC = "{05D8C294-F295-4dfb-9D01-096BD04049F4}"
"""First line of a file with one set of settings (Persistence.h)."""

_MAGIC_OF_MANY = "{4709CB3C-7322-4460-84C3-DA11DDA09939}"
"""First line of a file with several sets, one for each user set (CFeatureBagger)."""

MOST_SETTINGS = 10_000
"""Lines that a file may have; 88 XMLs of real cameras have at most 410 features."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SELECTORS = re.compile(r"(?:\{[^{}\t]*\}\t?)+")
_BREAKS = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class FileSetting:
    """A setting as the file has it; its value, and that of each selector, is text."""

    line: int
    setting: FeatureSetting


def parse_settings(text: str, file: str = "the file") -> list[FileSetting]:
    """Return the settings of a file in their order.

    Raises ConfigError with the line for what is no such file; ``file`` is what it is called.
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    _check_head(lines[0], file)
    settings: list[FileSetting] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(settings) == MOST_SETTINGS:
            problem = f"more than {MOST_SETTINGS} settings"
            raise ConfigError(file, problem, line=number)
        settings.append(FileSetting(number, _setting(line, number, file)))
    return settings


def settings_text(
    settings: Iterable[FeatureSetting], *, device: str = "", notes: Iterable[str] = ()
) -> str:
    """Return a file with these settings; ``notes`` are comments of its header.

    A setting whose value has a line break cannot be written and must not be given.
    """
    head = [_MAGIC, "GenApi persistence file (version 3.1.0)"]
    if device:
        head.append(f"Device = {device}")
    lines = [f"# {_BREAKS.sub(' ', line)}" for line in (*head, *notes)]
    return "\n".join([*lines, *map(_line, settings), ""])


def is_writable_value(value: object) -> bool:
    """Return whether a value is one line that reads back as itself."""
    text = _value_text(value)
    return not _BREAKS.search(text) and text == text.strip("\t") and not text.startswith("{")


def _check_head(first: str, file: str) -> None:
    if _MAGIC_OF_MANY.casefold() in first.casefold():
        raise ConfigError(
            file, "it holds several sets of settings; camstrm reads files with one", line=1
        )
    if not first.lstrip().startswith("#") or _MAGIC.casefold() not in first.casefold():
        problem = f"it is no GenApi persistence file: wanted '# {_MAGIC}', got {first[:60]!r}"
        raise ConfigError(file, problem, line=1)


def _setting(line: str, number: int, file: str) -> FeatureSetting:
    name, tab, rest = line.partition("\t")
    if not tab:
        problem = f"wanted a feature, a tab and its value, got {line[:60]!r}"
        raise ConfigError(file, problem, line=number)
    if not _NAME.fullmatch(name):
        raise ConfigError(file, f"{name[:60]!r} is no name of a feature", line=number)
    selectors: Selectors = {}
    found = _SELECTORS.match(rest)
    if found is not None and found.group().endswith("\t"):
        selectors = _selectors(found.group(), number, file)
        rest = rest[found.end() :]
    elif rest.startswith("{"):
        raise ConfigError(
            file, f"wanted {{Selector=Value}} and a tab, got {rest[:60]!r}", line=number
        )
    return FeatureSetting(name, rest, selectors)


def _selectors(text: str, number: int, file: str) -> Selectors:
    selectors: Selectors = {}
    for part in re.split(r"[{}\t,;]+", text):
        if not part.strip():
            continue
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value or not _NAME.fullmatch(name):
            problem = f"wanted {{Selector=Value}}, got {text.strip()[:60]!r}"
            raise ConfigError(file, problem, line=number)
        selectors[name] = value
    if not selectors:
        raise ConfigError(file, "wanted {Selector=Value}, got nothing in it", line=number)
    return selectors


def _line(setting: FeatureSetting) -> str:
    inner = ",".join(f"{name}={value}" for name, value in setting.selectors.items())
    parts = [setting.feature, *([f"{{{inner}}}"] if inner else []), _value_text(setting.value)]
    return "\t".join(parts)


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        # As GenApi's ToString of a boolean.
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)
