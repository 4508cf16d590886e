"""All tools on the pictures, in the order in which they draw."""

from __future__ import annotations

from collections.abc import Callable

from client_qt.tools.focus_bar import FocusOverlay
from client_qt.tools.focus_sound import FocusSound
from client_qt.tools.freezing import Freezing
from client_qt.tools.guides import CrosshairMark, GridMark
from client_qt.tools.lines import ProfileLine, RulerLine
from client_qt.tools.pen import Pen
from client_qt.tools.pixel_readout import PixelReadout
from client_qt.tools.region_box import RegionBox
from client_qt.tools.snapshots import Snapshots
from client_qt.tools.tool_desk import ToolDesk, desk_of
from client_qt.tools.turning import Turning
from client_qt.tools.zebra_mark import ZebraMark
from client_qt.widgets.overlay import Overlay, register_overlay
from client_qt.widgets.services import ViewerServices

__all__: list[str] = []


def _of_desk(make: Callable[[ToolDesk], Overlay]) -> None:
    register_overlay(lambda services: make(desk_of(services)))


def _crosshair(services: ViewerServices) -> Overlay:
    desk = desk_of(services)
    mark = CrosshairMark(desk)
    Pen(desk, mark)
    return mark


def _freezing(services: ViewerServices) -> Overlay:
    desk = desk_of(services)
    Turning(services)
    for kind in (Snapshots, FocusSound):
        if desk.findChild(kind) is None:
            kind(desk)
    return Freezing(services)


_of_desk(ZebraMark)
_of_desk(GridMark)
_of_desk(RegionBox)
_of_desk(ProfileLine)
_of_desk(RulerLine)
register_overlay(_crosshair)
register_overlay(_freezing)
_of_desk(PixelReadout)
_of_desk(FocusOverlay)
