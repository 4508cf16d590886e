"""The actions of the window itself: which camera, which part of it, how large."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.key_list import KeyList

if TYPE_CHECKING:
    from client_qt.widgets.main_window import MainWindow

__all__ = ["connect_window_actions"]

_STEPS = {
    "ArrowLeft": (-1, 0),
    "ArrowRight": (1, 0),
    "ArrowUp": (0, -1),
    "ArrowDown": (0, 1),
}


def connect_window_actions(window: MainWindow) -> None:
    """Let the window do the actions that are its own."""
    services, area, actions = window.services, window.area, window.services.actions

    def for_view(do: Callable[[CameraView], None]) -> None:
        if view := services.view(services.chosen):
            do(view)

    def choose(camera: int | None) -> None:
        services.choose(camera)
        if camera is not None and area.single is not None:
            area.show_single(camera)
        for_view(lambda view: view.setFocus(Qt.FocusReason.ShortcutFocusReason))

    def choose_by_digit(key: str) -> None:
        cameras = list(area.views)
        if key.isdigit() and 0 < int(key) <= len(cameras):
            choose(cameras[int(key) - 1])

    def neighbour(key: str) -> None:
        view = services.view(services.chosen)
        if view is not None and not view.push(key) and area.single is None:
            choose(_neighbour(area.views, services.chosen, _STEPS[key]))

    def step(by: int) -> None:
        cameras = list(area.views)
        if services.chosen in cameras:
            choose(cameras[(cameras.index(services.chosen) + by) % len(cameras)])

    def back() -> None:
        if area.single is not None:
            area.show_single(None)
        elif window.isFullScreen():
            fullscreen()

    def fullscreen() -> None:
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    actions.connect_keys("choose", choose_by_digit)
    actions.connect_keys("neighbour", neighbour)
    actions.connect(
        "single",
        lambda: area.show_single(services.chosen if area.single is None else None),
        checked=lambda: area.single is not None,
    )
    actions.connect("all", lambda: area.show_single(None))
    actions.connect("back", back)
    actions.connect("previous", lambda: step(-1))
    actions.connect("next", lambda: step(1))
    actions.connect("zoom_in", lambda: for_view(lambda view: view.zoom(1)))
    actions.connect("zoom_out", lambda: for_view(lambda view: view.zoom(-1)))
    actions.connect("native", lambda: for_view(CameraView.show_native))
    actions.connect("fit", lambda: for_view(CameraView.show_all))
    actions.connect("fullscreen", fullscreen, checked=window.isFullScreen)
    actions.connect("keys", lambda: KeyList(services, window).open())


def _neighbour(
    views: dict[int, CameraView], camera: int | None, step: tuple[int, int]
) -> int | None:
    """Return the camera whose view is next to this one's in a direction; itself at the edge."""
    view = None if camera is None else views.get(camera)
    if view is None:
        return next(iter(views), None)
    here, (right, down) = view.geometry().center(), step

    def distance(other: CameraView) -> tuple[int, int]:
        way = other.geometry().center() - here
        along = way.x() * right + way.y() * down
        across = abs(way.x() * down) + abs(way.y() * right)
        return along, across

    ahead = [c for c, other in views.items() if other.isVisible() and distance(other)[0] > 0]

    def cost(number: int) -> int:
        along, across = distance(views[number])
        return along + 2 * across

    return min(ahead, key=cost, default=camera)
