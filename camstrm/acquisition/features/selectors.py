"""Write selectors for one command, and put them back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.features.access import read_feature, same_value, write_feature
from camstrm.acquisition.features.description import CameraDescription
from camstrm.feature import FeatureValue, Selectors

__all__ = ["Selection", "is_selector", "selected"]


@dataclass
class Selection:
    """``problem``: why a selector could not be written; then none of them is.

    ``not_back``: after the command, which selectors could not be put back, and why.
    """

    problem: str = ""
    not_back: str = ""


def is_selector(description: CameraDescription, name: str) -> bool:
    """Return whether a feature only chooses what others show, so that any command may write it.

    Some XMLs leave out what a selector selects, so SFNC's ending counts too.
    """
    info = description.info(name)
    return info is not None and (bool(info.selects) or name.endswith("Selector"))


@contextmanager
def selected(
    node_map: Any,
    description: CameraDescription | None,
    selectors: Selectors,
    *,
    encoding: str = "gbk",
) -> Iterator[Selection]:
    """Write ``selectors`` for the body, those of other selectors first; then put them back.

    Other features depend on them too, and other users of the camera do. With a ``description``
    nothing but selectors is written, in an order that fits; without, what is given, as it is.
    """
    selection = Selection()
    before: list[tuple[str, FeatureValue]] = []
    try:
        names = list(selectors)
        if description is not None:
            names = description.order_of_selectors(set(selectors))
        for name in names:
            selection.problem = _write(
                node_map, description, name, selectors[name], before, encoding
            )
            if selection.problem:
                break
        yield selection
    finally:
        failed = []
        for name, value in reversed(before):
            back = write_feature(node_map, name, value, clamp=False, encoding=encoding)
            if not back.applied:
                failed.append(f"{name} could not be put back to {value}: {back.reason}")
        selection.not_back = "; ".join(failed)


def _write(
    node_map: Any,
    description: CameraDescription | None,
    name: str,
    value: str | int,
    before: list[tuple[str, FeatureValue]],
    encoding: str,
) -> str:
    """Write one selector and note in ``before`` what it was; return why not, if not."""
    if description is not None and not is_selector(description, name):
        return f"{name} is no selector of this camera"
    old = read_feature(node_map, name, encoding=encoding)
    if old.value is None:
        return f"selector {name}: {old.reason}"
    if same_value(old.value, value):
        return ""
    done = write_feature(node_map, name, value, clamp=False, encoding=encoding)
    if not done.applied or done.reason:
        # Also a step beside the wanted one is another entry than the one that is meant.
        if done.applied:
            before.append((name, old.value))
        return f"selector {name}={value}: {done.reason}"
    before.append((name, old.value))
    return ""
