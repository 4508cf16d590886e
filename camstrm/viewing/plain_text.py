"""Text from a server as it may be shown: one line, no control characters, no hidden direction."""

from __future__ import annotations

import re
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["MAX_SHOWN", "plain_message", "plain_text"]

MAX_SHOWN = 2000
"""Characters of a sentence from a server; the rest is cut off."""

_HIDDEN = re.compile(
    # Controls but tab and line ends; marks, embeddings, overrides and isolates of direction
    # (Unicode Standard Annex 9: they let "gpj.exe" read as "exe.jpg"); line and paragraph
    # separators; what has no width; surrogates.
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

_Message = TypeVar("_Message", bound=Struct)


def plain_text(text: str, most: int = MAX_SHOWN) -> str:
    """Return ``text`` with a sign in place of what is not to be seen, at most ``most`` long."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_message(message: _Message) -> _Message:
    """Return a message whose own texts, and those of the structs in it, are plain."""
    changed = {}
    for name in message.__struct_fields__:
        value = getattr(message, name)
        plain = _plain(value)
        if plain is not value:
            changed[name] = plain
    return replace(message, **changed) if changed else message


def _plain(value: object) -> object:
    if isinstance(value, str):
        plain = plain_text(value)
        return value if plain == value else plain
    if isinstance(value, Struct):
        return plain_message(value)
    if isinstance(value, tuple):
        items = tuple(_plain(item) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value
