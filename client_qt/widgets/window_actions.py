"""The actions of the window itself: which camera, which part of it, how large."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from client_qt.model.order import neighbour
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.key_list import KeyList

if TYPE_CHECKING:
    from client_qt.widgets.main_window import MainWindow

__all__ = ["connect_window_actions"]


def connect_window_actions(window: MainWindow) -> None:
    """Let the window do the actions that are its own."""
    services, area, actions = window.services, window.area, window.services.actions

    def for_view(do: Callable[[CameraView], None]) -> None:
        if view := services.view(services.chosen):
            do(view)

    def chosen_view(do: Callable[[CameraView], None]) -> Callable[[], None]:
        return lambda: for_view(do)

    def choose(camera: int | None) -> None:
        services.choose(camera)
        if camera is not None and area.single is not None:
            area.show_single(camera)
        for_view(lambda view: view.setFocus(Qt.FocusReason.ShortcutFocusReason))

    def choose_by_digit(key: str) -> None:
        cameras = list(area.views)
        if key.isdigit() and 0 < int(key) <= len(cameras):
            choose(cameras[int(key) - 1])

    def go_to_neighbour(key: str) -> None:
        view = services.view(services.chosen)
        shown, chosen = area.shown(), services.chosen
        if view is None or view.push(key) or chosen not in shown or len(shown) < 2:
            return
        cells = area.layout_shown.cells
        choose(shown[neighbour(cells, shown.index(chosen), key)])

    def step(by: int) -> None:
        cameras, chosen = list(area.views), services.chosen
        if chosen in cameras:
            choose(cameras[(cameras.index(chosen) + by) % len(cameras)])

    def move(by: int) -> None:
        if services.chosen in area.views:
            area.move_camera(services.chosen, by)

    def back() -> None:
        view = services.view(services.chosen)
        if window.dock.has_focus():
            window.dock.close_current()
            choose(services.chosen)
        elif view is not None and not view.viewport.fits:
            view.show_all()
        elif area.single is not None:
            area.show_single(None)
        elif window.isFullScreen() and not window.kiosk:
            fullscreen()

    def fullscreen() -> None:
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def pop_out() -> None:
        if services.chosen in area.views:
            window.pop_outs.toggle(services.chosen)

    def toggle_figures() -> None:
        services.settings.set("info", not services.settings.get("info", False))

    def can_move() -> bool:
        return len(area.views) > 1

    def zoomed() -> bool:
        view = services.view(services.chosen)
        return view is not None and not view.viewport.fits

    actions.connect_keys("choose", choose_by_digit)
    actions.connect_keys("neighbour", go_to_neighbour)
    actions.connect(
        "single",
        lambda: area.show_single(services.chosen if area.single is None else None),
        checked=lambda: area.single is not None,
    )
    actions.connect("all", lambda: area.show_single(None))
    actions.connect("back", back)
    actions.connect("previous", lambda: step(-1), enabled=can_move)
    actions.connect("next", lambda: step(1), enabled=can_move)
    actions.connect("zoom_in", chosen_view(lambda view: view.zoom(1)))
    actions.connect("zoom_out", chosen_view(lambda view: view.zoom(-1)), enabled=zoomed)
    actions.connect("native", chosen_view(CameraView.show_native))
    actions.connect("fit", chosen_view(CameraView.show_all))
    actions.connect("info", toggle_figures, checked=lambda: services.settings.get("info", False))
    if not window.kiosk:
        actions.connect("move_back", lambda: move(-1), enabled=can_move)
        actions.connect("move_on", lambda: move(1), enabled=can_move)
        actions.connect("popout", pop_out, checked=lambda: window.pop_outs.is_out(services.chosen))
        actions.connect("fullscreen", fullscreen, checked=window.isFullScreen)
    actions.connect("keys", lambda: KeyList(services, window).open())
