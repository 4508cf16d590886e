"""All panels and tools of the viewer: importing them registers them, in this order."""

from __future__ import annotations

from client_qt.panels.diagnose import diagnose_panel
from client_qt.panels.setup import setup_panel
from client_qt.tools import region_drag

__all__ = ["diagnose_panel", "region_drag", "setup_panel"]
