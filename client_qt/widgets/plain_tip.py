"""Tooltips as plain text: Qt takes what looks like HTML for HTML, and reads files it names."""

from __future__ import annotations

from html import escape

__all__ = ["plain_tip"]


def plain_tip(text: str) -> str:
    """Return ``text`` for ``setToolTip``, so that it is shown as it is."""
    if not text:
        return ""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"
