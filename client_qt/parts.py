"""All panels and tools of the viewer: importing them registers them, in this order."""

from __future__ import annotations

import client_qt.tools.on_pictures  # noqa: F401

__all__: list[str] = []
