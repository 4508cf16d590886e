"""A panel beside the pictures: what one is, and the list of all that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from client_qt.widgets.services import ViewerServices

__all__ = ["Panel", "PanelMaker", "panel_makers", "register_panel"]


class Panel(QWidget):
    """Something about the chosen camera, or about the whole viewer, in a tab at the right.

    It is made when it is first opened, and kept. While it is not active nobody sees it: it
    measures nothing, watches nothing and asks for nothing.
    """

    def __init__(self, services: ViewerServices) -> None:
        super().__init__()
        self.services = services

    def show_camera(self, camera: int | None) -> None:
        """Be about this camera from now on, None: there is none.

        Called before the panel is first active, and whenever another camera is chosen, also while
        it is not active.
        """

    def set_active(self, active: bool) -> None:
        """Begin or end to be seen; called only when that changes."""


PanelMaker = Callable[["ViewerServices"], Panel]

_makers: dict[str, PanelMaker] = {}
"""By the panel's id, which is that of its action in keys.json."""


def register_panel(panel_id: str, make: PanelMaker) -> None:
    """Let each window have the panel; the action of the same id opens and closes it.

    Its title is the text of "panel" and its id, else that of the action.
    """
    _makers[panel_id] = make


def panel_makers() -> dict[str, PanelMaker]:
    """Return how to make each panel."""
    return dict(_makers)
