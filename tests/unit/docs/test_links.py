"""Every link of the documents goes somewhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs.conf import include_patterns
from tests.documents import ROOT, anchors, documents, links

RECORDS = sorted((ROOT / "docs/decisions").glob("0*.md"))


@pytest.mark.parametrize("document", [*documents(), *RECORDS], ids=lambda p: str(p.name))
def test_files_and_headings_exist(document: Path) -> None:
    broken = []
    for link in links(document):
        target = urlsplit(link)
        if target.scheme:
            continue
        file = (document.parent / unquote(target.path)).resolve() if target.path else document
        if not file.exists() or (target.fragment and target.fragment not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_what_is_shown_is_in_the_repository() -> None:
    """A page must be whole without a network; a link to somebody else's page may need one."""
    named = {link for document in documents() for link in links(document) if "://" in link}
    assert {link for link in named if not link.startswith("https://")} == set()
    assert {link for link in named if link.endswith((".png", ".webp", ".svg", ".jpg"))} == set()


def test_every_page_is_in_the_list() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    listed = set(links(ROOT / "docs/README.md"))
    assert pages <= listed
    outside = {link.removeprefix("../") for link in listed if link.startswith("../")}
    assert outside <= set(include_patterns), "the site has them, too"
