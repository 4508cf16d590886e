"""The pages that are made from the code are those that the code makes now."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from docs.make_reference import PAGES
from tests.documents import ROOT


@pytest.mark.parametrize(("page", "make"), PAGES.items(), ids=PAGES)
def test_a_page_is_not_stale(page: str, make: Callable[[], str]) -> None:
    assert (ROOT / page).read_text("utf-8") == make(), "write it: make reference"


def test_every_key_of_the_configuration_says_what_it_means() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| (.*?) ?\|$", PAGES["docs/configuration.md"](), re.MULTILINE
    )
    assert len(rows) > 40
    assert [name for name, meaning in rows if len(meaning) < len("a meaning")] == []
