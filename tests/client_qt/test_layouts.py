from __future__ import annotations

from typing import Any

import pytest

from client_qt.model.layouts import NamedLayout, as_setting, read_layouts, with_layout
from tests.client_qt.viewing_vectors import vectors

VECTORS = vectors("layouts")


@pytest.mark.parametrize("case", VECTORS["read"])
def test_what_can_be_read_is_kept(case: dict[str, Any]) -> None:
    layouts = read_layouts(case["kept"])
    assert as_setting(layouts) == [
        {**layout, "order": tuple(layout["order"])} for layout in case["layouts"]
    ]
    assert read_layouts(as_setting(layouts)) == layouts


@pytest.mark.parametrize("case", VECTORS["with"])
def test_one_of_the_same_name_is_replaced(case: dict[str, Any]) -> None:
    before = [NamedLayout(*pair) for pair in zip(case["names"], case["modes"], strict=True)]
    after = with_layout(before, NamedLayout(*case["saved"]))
    assert [[layout.name, layout.mode] for layout in after] == case["result"]


def test_layouts_are_bounded() -> None:
    layouts: list[NamedLayout] = []
    for number in range(VECTORS["most"] + 1):
        layouts = with_layout(layouts, NamedLayout(str(number)))
    assert [layouts[0].name, len(layouts)] == ["1", VECTORS["most"]]
    assert len(read_layouts([{"name": str(n)} for n in range(99)])) == VECTORS["most"]
