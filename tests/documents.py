"""The documents as tests read them: which there are, their headings, links and boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["ROOT", "Block", "anchors", "blocks", "documents", "inline", "links"]

ROOT = Path(__file__).parents[1]

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A box: in which document, below which heading, of which language, and its text."""

    document: Path
    heading: str
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def documents() -> list[Path]:
    """Return all Markdown files that people read, without the records of decisions."""
    folders = ("docs", "deploy", "gentl_profiles", "camstrm/wire")
    found = [path for folder in folders for path in sorted((ROOT / folder).glob("*.md"))]
    return [*sorted(ROOT.glob("*.md")), *found, ROOT / "docs/decisions/README.md"]


@cache
def _tokens(document: Path) -> list[Token]:
    return _PARSER.parse(document.read_text("utf-8"))


def _headings(document: Path) -> Iterator[tuple[int, str]]:
    """Yield where each heading's text is among the tokens, and the text."""
    tokens = _tokens(document)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            parts = tokens[place + 1].children or []
            yield place, "".join(p.content for p in parts if p.type in ("text", "code_inline"))


def anchors(document: Path) -> set[str]:
    """Return what links may go to, as forges make it of headings."""
    found: set[str] = set()
    for _, text in _headings(document):
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        again = sum(1 for other in found if re.fullmatch(rf"{re.escape(name)}(-\d+)?", other))
        found.add(f"{name}-{again}" if again else name)
    return found


def links(document: Path) -> Iterator[str]:
    """Yield the target of each link and picture."""
    for token in _tokens(document):
        for part in token.children or []:
            target = part.attrGet("href") or part.attrGet("src")
            if target is not None:
                yield str(target)


def inline(document: Path) -> Iterator[str]:
    """Yield each piece of code within a sentence."""
    for token in _tokens(document):
        yield from (part.content for part in token.children or [] if part.type == "code_inline")


def blocks(document: Path) -> Iterator[Block]:
    """Yield the boxes of a document."""
    heads = list(_headings(document))
    for place, token in enumerate(_tokens(document)):
        if token.type in ("fence", "code_block"):
            heading = next((text for at, text in reversed(heads) if at < place), "")
            line = (token.map or [0])[0] + 1
            yield Block(document, heading, token.info.strip(), token.content, line)
