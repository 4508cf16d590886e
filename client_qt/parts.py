"""All panels and tools of the viewer: importing them registers them, in this order."""

from __future__ import annotations

import client_qt.panels.connection
import client_qt.panels.diagnose.diagnose_panel
import client_qt.panels.events
import client_qt.panels.features.features_panel
import client_qt.panels.layouts
import client_qt.panels.measure.measure_panel
import client_qt.panels.sets.sets_panel
import client_qt.panels.settings
import client_qt.panels.setup.setup_panel
import client_qt.panels.share.share_panel
import client_qt.tools.on_pictures
import client_qt.tools.region_drag  # noqa: F401  # panels and tools register themselves

__all__: list[str] = []
