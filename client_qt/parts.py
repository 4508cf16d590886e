"""All panels and tools of the viewer: importing them registers them, in this order."""

from __future__ import annotations

__all__: list[str] = []
