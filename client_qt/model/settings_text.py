"""GenApi persistence files (.pfs, .mfs), as far as viewers write them. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from camstrm.feature import FeatureSetting, FeatureValue

__all__ = ["MAGIC", "settings_text"]

MAGIC = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}"
"""The first line of a file with one set of settings."""


def settings_text(settings: Iterable[FeatureSetting]) -> str:
    """Return several settings as one file, in their order."""
    lines = []
    for setting in settings:
        pairs = ",".join(f"{name}={value}" for name, value in setting.selectors.items())
        braces = [f"{{{pairs}}}"] if pairs else []
        lines.append("\t".join([setting.feature, *braces, _value_text(setting.value)]))
    return "\n".join([MAGIC, *lines]) + "\n"


def _value_text(value: FeatureValue) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
