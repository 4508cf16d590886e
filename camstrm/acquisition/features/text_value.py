"""Values of features written as text: on a command line, in a persistence file."""

from __future__ import annotations

from camstrm.acquisition.features.access import truth_of
from camstrm.feature import FeatureValue

__all__ = ["value_of_text"]


def value_of_text(kind: str, text: str) -> FeatureValue:
    """Turn text into what a feature of this type takes: true/false, a number (also 0x...), text.

    What is none of them stays text, so that writing it is refused with the text as it is.
    """
    if kind in ("boolean", "command") and (meant := truth_of(text)) is not None:
        return meant
    try:
        if kind == "integer":
            return int(text, 0)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    return text
